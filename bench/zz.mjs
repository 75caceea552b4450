import { document } from './data/documents.mjs';
import { logObject, smallObject, logRecord } from './data/logs.mjs';
import { seeded } from './data/random.mjs';
import { smallMaps } from './data/small-maps.mjs';
import * as peers from './peers/msgpack.mjs';
import { Packr } from 'msgpackr';
import assert from 'node:assert';
const { Decoder } = await import(process.env.DEC ?? '/tmp/w/dec/decoder.mjs');
const packr = new Packr({ useRecords: false, int64AsType: 'number' });
const parsed = n => JSON.parse(document(n).toString());
const only = process.argv[2] ?? '';
const VALUES = { 'small object': smallObject, 'log object': logObject, 'text-heavy (ru)': () => parsed('text'), 'many keys': () => parsed('keys'), 'small maps': () => smallMaps(700000), doubles: () => [parsed('numbers'), parsed('numbers')], statuses: () => parsed('statuses'), integers: ()=>parsed('integers') };
let sink;
const varied = (()=>{const r=seeded(5); return Array.from({length:256},(_,i)=>logRecord(r,i));})();
const CASES = Object.entries(VALUES).map(([n,f])=>[n,()=>{const v=f(); const b=Buffer.from(peers.bytesOf(v)); return [b,Buffer.from(b)];}]);
CASES.push(['varied logs',()=>varied.map(v=>Buffer.from(peers.bytesOf(v)))]);
for (const [name, f] of CASES) {
  if (!name.includes(only)) continue;
  const bufs = f(); const m = bufs.length-1;
  const d = new Decoder();
  for(let i=0;i<20;i++) { for (const b of [bufs[0],bufs[1]]) { const x=d.decode(b); if(i==0||i==19) assert.deepStrictEqual(x, packr.unpack(b)); } }
  const A = new Function('d','b','sink',`return n=>{for(let i=0;i<n;i++) sink.v=d.decode(b[i&${m}])}`)(d,bufs,{});
  const B = new Function('d','b','sink',`return n=>{for(let i=0;i<n;i++) sink.v=d.unpack(b[i&${m}])}`)(packr,bufs,{});
  let n=1; for(;;){const s=performance.now(); A(n); if(performance.now()-s>1.5) break; n*=2;}
  const T = process.argv[3]? +process.argv[3] : 1500;
  const s=performance.now(); let ba=1e9,bb=1e9;
  if (process.env.PROF) { while(performance.now()-s<T*3) A(n); continue; }
  while(performance.now()-s<T){ A(n);B(n);} const s2=performance.now(); let r=0;
  while(performance.now()-s2<T*2||r<10){ r++; globalThis.gc?.({type:'minor'}); let t=performance.now(); A(n); ba=Math.min(ba,performance.now()-t); globalThis.gc?.({type:'minor'}); t=performance.now(); B(n); bb=Math.min(bb,performance.now()-t);}
  console.log(name.padEnd(16), 'ours', (ba/n*1e3).toFixed(2).padStart(9),'us  msgpackr',(bb/n*1e3).toFixed(2).padStart(9),'ratio',(bb/ba).toFixed(2));
}
