/** What lies in the Cache API beside a satchel's database, under its random name, and goes with it. Runs in workers. */

export const marksCache = "besace-marks";
export const markPath = (database: string): string => `/mark/${database}`;
export const weeksPath = (database: string): string => `/weeks/${database}`;
/** The journal as this device has read it, sealed (satchel/journal-kept.ts). */
export const journalPath = (database: string): string => `/journal/${database}`;
