import type { PartialItemFailureResponse } from '@aws-lambda-powertools/batch/types';
import DataLoader from 'dataloader';
import { type Discovered, type DiscoverPorts, discover } from '../control/discover.ts';
import { type Dispatched, type DispatchPorts, dispatch } from '../control/dispatch.ts';
import { type EvaluatePorts, evaluateMessage } from '../control/evaluate.ts';
import { type Instructed, type InstructPorts, instruct } from '../control/instruct.ts';
import { type Learned, type LearnPorts, learn } from '../control/learn.ts';
import { type Noticed, type ObservePorts, observe } from '../control/observe.ts';
import { type RelayPorts, relayRecord } from '../control/relay.ts';
import { parseTagChange } from '../control/tag-change.ts';
import { type Handler, sqsHandler, streamHandler } from './lambda.ts';

/**
 * What each function does with an event, given its ports. functions/ composes these with AWS, the local run with twins:
 * nothing in them knows which.
 */

/** An event of aws.tag looks at the services it names; any other, the schedule's, at all of them. */
export const discoverHandler =
  (ports: DiscoverPorts): Handler<readonly Discovered[]> =>
  async (event) =>
    discover(ports, parseTagChange(event));

export const dispatchHandler =
  (ports: DispatchPorts): Handler<Dispatched> =>
  async () =>
    dispatch(ports);

export const evaluateHandler = (ports: EvaluatePorts): Handler<PartialItemFailureResponse> =>
  sqsHandler(async (body) => {
    await evaluateMessage(body, ports);
  }, ports.telemetry);

export const instructHandler =
  (ports: InstructPorts): Handler<Instructed> =>
  async (event) =>
    instruct(event, ports);

export const learnHandler =
  (ports: LearnPorts): Handler<readonly Learned[]> =>
  async () =>
    learn(ports);

/** The events of a batch are looked at together: those of one service are one write. */
export const observeHandler = (ports: ObservePorts): Handler<PartialItemFailureResponse> => {
  const events = new DataLoader<string, Noticed>((bodies) => observe(bodies, ports), { cache: false });
  return sqsHandler(async (body) => {
    const noticed = await events.load(body);
    if (typeof noticed === 'object') throw noticed.failed;
  }, ports.telemetry);
};

export const publishHandler = (ports: RelayPorts): Handler<PartialItemFailureResponse> =>
  streamHandler((newImage) => relayRecord(newImage, ports), ports.telemetry);
