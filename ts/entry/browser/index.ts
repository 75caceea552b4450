import './install.ts';

export * from '../../index.ts';
