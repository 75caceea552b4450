import './install.ts';

export * from '../../text.ts';
