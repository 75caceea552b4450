import './install.ts';

export * from '../../json.ts';
export * as json from '../../json.ts';
export * from '../../query.ts';
