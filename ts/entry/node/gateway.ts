import './install.ts';

export * from '../../gateway/index.ts';
