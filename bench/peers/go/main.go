// fasthttp with bytedance/sonic: a GET gets a constant, the JSON body of a POST is read into a value and written again.
// GOMAXPROCS says how many threads run Go.
package main

import (
	"fmt"
	"log"
	"net"

	"github.com/bytedance/sonic"
	"github.com/valyala/fasthttp"
)

var hello = []byte(`{"message":"hello"}`)

func serve(request *fasthttp.RequestCtx) {
	if request.IsGet() {
		request.SetContentType("application/json")
		request.SetBody(hello)
		return
	}
	var value any
	if sonic.ConfigFastest.Unmarshal(request.PostBody(), &value) != nil {
		request.SetStatusCode(fasthttp.StatusBadRequest)
		return
	}
	text, err := sonic.ConfigFastest.Marshal(value)
	if err != nil {
		request.SetStatusCode(fasthttp.StatusInternalServerError)
		return
	}
	request.SetContentType("application/json")
	request.Response.SetBodyRaw(text)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	log.Fatal(fasthttp.Serve(listener, serve))
}
