import { compileRoutes } from '../compiled.ts';
import { nodeHttp } from '../http/node-http.ts';

/** v0.3: what `compileRoutes` makes of the routes, over node:http. */
export const startV03 = nodeHttp(compileRoutes);
