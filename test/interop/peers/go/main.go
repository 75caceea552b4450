// Reads MessagePack with vmihailenco/msgpack and writes it again: a line of hexadecimal digits in, `DESCRIPTION DIGITS` out (see messages.ts).
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// pass reads one value, writes it again, and describes it.
func pass(in *msgpack.Decoder, out *msgpack.Encoder) string {
	code, err := in.PeekCode()
	check(err)
	switch {
	case code == msgpcode.Nil:
		check(in.DecodeNil())
		check(out.EncodeNil())
		return "nil"
	case code == msgpcode.True || code == msgpcode.False:
		value, err := in.DecodeBool()
		check(err)
		check(out.EncodeBool(value))
		return fmt.Sprint(value)
	case code == msgpcode.Uint64:
		value, err := in.DecodeUint64()
		check(err)
		check(out.EncodeUint(value))
		return fmt.Sprintf("int %d", value)
	case code == msgpcode.Float || code == msgpcode.Double:
		value, err := in.DecodeFloat64()
		check(err)
		check(out.EncodeFloat64(value))
		return describeFloat(value)
	case msgpcode.IsFixedNum(code) || (code >= msgpcode.Uint8 && code <= msgpcode.Int64):
		value, err := in.DecodeInt64()
		check(err)
		check(out.EncodeInt(value))
		return fmt.Sprintf("int %d", value)
	case msgpcode.IsString(code):
		value, err := in.DecodeString()
		check(err)
		check(out.EncodeString(value))
		return "str " + hex.EncodeToString([]byte(value))
	case msgpcode.IsBin(code):
		value, err := in.DecodeBytes()
		check(err)
		check(out.EncodeBytes(value))
		return "bin " + hex.EncodeToString(value)
	case msgpcode.IsFixedArray(code) || code == msgpcode.Array16 || code == msgpcode.Array32:
		return passArray(in, out)
	case msgpcode.IsFixedMap(code) || code == msgpcode.Map16 || code == msgpcode.Map32:
		return passMap(in, out)
	default:
		return passExtension(in, out)
	}
}

func passArray(in *msgpack.Decoder, out *msgpack.Encoder) string {
	count, err := in.DecodeArrayLen()
	check(err)
	check(out.EncodeArrayLen(count))
	parts := make([]string, count)
	for i := range parts {
		parts[i] = pass(in, out)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func passMap(in *msgpack.Decoder, out *msgpack.Encoder) string {
	count, err := in.DecodeMapLen()
	check(err)
	check(out.EncodeMapLen(count))
	parts := make([]string, count)
	for i := range parts {
		key := pass(in, out)
		parts[i] = key + "=" + pass(in, out)
	}
	sort.Strings(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

func passExtension(in *msgpack.Decoder, out *msgpack.Encoder) string {
	kind, length, err := in.DecodeExtHeader()
	check(err)
	data := make([]byte, length)
	check(in.ReadFull(data))
	if kind != -1 {
		check(out.EncodeExtHeader(kind, length))
		_, err = out.Writer().Write(data)
		check(err)
		return fmt.Sprintf("ext %d %s", kind, hex.EncodeToString(data))
	}
	// A timestamp is a time.Time of the library: it reads and writes that itself.
	message := append([]byte{msgpcode.Ext8, byte(length), 0xff}, data...)
	instant, err := msgpack.NewDecoder(bytes.NewReader(message)).DecodeTime()
	check(err)
	check(out.EncodeTime(instant))
	return fmt.Sprintf("time %d %d", instant.Unix(), instant.Nanosecond())
}

func describeFloat(value float64) string {
	isInteger := value == math.Trunc(value) && math.Abs(value) < 1<<53 && !(value == 0 && math.Signbit(value))
	switch {
	case math.IsNaN(value):
		return "float nan"
	case isInteger:
		return fmt.Sprintf("int %d", int64(value))
	default:
		return fmt.Sprintf("float %016x", math.Float64bits(value))
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		message, err := hex.DecodeString(lines.Text())
		check(err)
		var again bytes.Buffer
		out := msgpack.NewEncoder(&again)
		description := pass(msgpack.NewDecoder(bytes.NewReader(message)), out)
		fmt.Printf("%s\t%s\n", description, hex.EncodeToString(again.Bytes()))
	}
	check(lines.Err())
}
