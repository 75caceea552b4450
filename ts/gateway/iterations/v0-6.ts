import { compileHandlers } from '../native/handlers.ts';
import { native } from '../native/transport.ts';
import { startV03 } from './v0-3.ts';

/** v0.6: routes are compiled in Rust and plans run there, without JavaScript and without an allocation. What has a handler crosses. */
export const startV06 = native({ crosses: 'turn', plans: 'native', build: compileHandlers }, startV03);
