export { readConfigFile } from './config-file.ts';
export { serve } from './gateway.ts';
export {
  type EchoRoute,
  type Gateway,
  type GatewayConfig,
  type GatewayLimits,
  type GatewayRequest,
  type GatewayResponse,
  type GatewayStats,
  type Handler,
  type HandlerRoute,
  type IoBackend,
  ITERATIONS,
  type Iteration,
  type LogFormat,
  type RespondRoute,
  type Route,
  type SearchRoute,
} from './types.ts';
