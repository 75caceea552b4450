import './install.ts';

export * from '../../msgpack.ts';
export * as msgpack from '../../msgpack.ts';
export * from '../../query.ts';
