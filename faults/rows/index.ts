import type { Row } from '../row.ts';
import { endings } from './endings.ts';

/** Every fault that a client is put through, in the order of the matrix. */
export const ROWS: readonly Row[] = [...endings];
