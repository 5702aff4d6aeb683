/**
 * English for what the small build of zod finds wrong, which by itself says "Invalid input". For modules of the command line that start
 * in milliseconds: the whole build takes longer to load than a run that finds everything in order.
 */
import * as z from 'zod/mini';

z.config(z.locales.en());
