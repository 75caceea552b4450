import type { Settings } from '../config.ts';
import { runHandler, streamToHandler } from '../handler.ts';
import { serveReport } from '../plans.ts';
import type { CheckedRoute } from '../routes.ts';
import type { NativeServe } from './joint.ts';

/** What answers the routes that have a handler, and the gateway's own: the addon has chosen the route, and looked at the head. */
export function compileHandlers({ routes }: Settings): NativeServe {
  const serves = routes.map(compile);
  return (exchange) => (serves[exchange.route] as NativeServe)(exchange);
}

function compile({ pattern, plan }: CheckedRoute): NativeServe {
  if (plan.kind === 'handler') {
    const run = plan.isStreaming ? streamToHandler : runHandler;
    if (pattern.isStatic) return (exchange) => run(exchange, plan.handler);
    return (exchange) => {
      exchange.params = pattern;
      run(exchange, plan.handler);
    };
  }
  if (plan.kind === 'health' || plan.kind === 'stats' || plan.kind === 'metrics') return (exchange) => serveReport(exchange, plan.kind);
  return () => {
    throw new Error(`the plan ${plan.kind} is run by the addon`);
  };
}
