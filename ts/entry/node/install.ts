import { selectBackend } from '../../backend/select.ts';

selectBackend(process.env);
