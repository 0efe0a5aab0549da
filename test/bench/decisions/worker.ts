import { parentPort } from 'node:worker_threads';
import { type Job, play } from './play.ts';

parentPort?.on('message', async (job: Job) => parentPort?.postMessage(await play(job)));
