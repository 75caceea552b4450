import { compileRoutes } from '../compiled.ts';
import { native } from '../native/transport.ts';
import { startV03 } from './v0-3.ts';

/**
 * v0.4: sockets, connections and HTTP in Rust, nested in the loop of Node; JavaScript is called for each request. A request is no object but
 * bytes that are read when a route asks for them.
 */
export const startV04 = native({ crosses: 'request', plans: 'js', build: compileRoutes }, startV03);
