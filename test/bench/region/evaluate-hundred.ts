import { playRegion } from './play.ts';

/** 100 services are one message each minute. Run as a process of its own: what it prints is the memory that took, MB. */
await playRegion(100);
process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
