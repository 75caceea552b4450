export * from '../../testing/index.ts';
export * as testing from '../../testing/index.ts';
