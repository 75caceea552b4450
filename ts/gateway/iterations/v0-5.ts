import { compileRoutes } from '../compiled.ts';
import { native } from '../native/transport.ts';
import { startV03 } from './v0-3.ts';

/** v0.5: JavaScript is called once a turn of the loop for all requests that it has brought, and their answers leave together. */
export const startV05 = native({ crosses: 'turn', plans: 'js', build: compileRoutes }, startV03);
