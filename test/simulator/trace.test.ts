import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/contract/weir-error.ts';
import { readTrace, sliceTrace } from '../../lib/simulator/trace.ts';

const hour = readTrace('timestamp_s,rate\n0,10\n60,20\n120,40\n', 'load.csv');

describe('readTrace', () => {
  it('reads bins, and takes the last one to be as long as the one before', () => {
    expect(hour).toEqual({
      fileName: 'load.csv',
      timesSeconds: [0, 60, 120],
      rates: [10, 20, 40],
      lengthSeconds: 180,
    });
  });

  it.each([
    [
      'a byte order mark, CRLF, blanks and empty lines',
      '\uFEFFtimestamp_s, rate\r\n0, 10\r\n\r\n60,20\r\n120,40\r\n',
    ],
    ['other columns, in any order', 'host,rate,timestamp_s\na,10,0\nb,20,60\nc,40,120\n'],
    ['time that does not begin at 0', 'timestamp_s,rate\n1000,10\n1060,20\n1120,40\n'],
    ['exponents', 'timestamp_s,rate\n0,1e1\n6e1,2.0E+1\n120,40\n'],
  ])('understands %s', (_, text) => {
    expect(readTrace(text, 'load.csv')).toEqual(hour);
  });

  it.each([
    ['nothing', '', 'load.csv:1: the file is empty; expected a header with timestamp_s and rate'],
    [
      'no rate',
      'timestamp_s,load\n0,1\n',
      'load.csv:1: no column rate in the header; expected timestamp_s,rate',
    ],
    [
      'no header',
      '0,1\n60,2\n',
      'load.csv:1: no column timestamp_s in the header; expected timestamp_s,rate',
    ],
    ['a word', 'timestamp_s,rate\n0,1\n60,many\n', 'load.csv:3: rate is "many"; expected a number'],
    ['an empty field', 'timestamp_s,rate\n0,1\n60,\n', 'load.csv:3: rate is ""; expected a number'],
    ['a missing field', 'timestamp_s,rate\n0,1\n60\n', 'load.csv:3: rate is ""; expected a number'],
    ['NaN', 'timestamp_s,rate\n0,NaN\n', 'load.csv:2: rate is "NaN"; expected a number'],
    [
      'more than a number holds',
      'timestamp_s,rate\n0,1e999\n',
      'load.csv:2: rate is "1e999"; expected a number',
    ],
    [
      'a negative rate',
      'timestamp_s,rate\n0,1\n\n60,-2\n',
      'load.csv:4: rate is -2; expected a number from 0',
    ],
    [
      'a negative time',
      'timestamp_s,rate\n-60,1\n',
      'load.csv:2: timestamp_s is -60; expected a number from 0',
    ],
    [
      'time going back',
      'timestamp_s,rate\n0,1\n60,1\n30,1\n',
      'load.csv:4: timestamp_s is 30 after 60; expected time to rise from line to line',
    ],
    [
      'time standing still',
      'timestamp_s,rate\n0,1\n0,1\n',
      'load.csv:3: timestamp_s is 0 after 0; expected time to rise from line to line',
    ],
    [
      'a header alone',
      'timestamp_s,rate\n',
      'load.csv:1: 0 bins in the file; expected at least two lines after the header',
    ],
    [
      'a single bin',
      'timestamp_s,rate\n0,1\n',
      'load.csv:2: 1 bins in the file; expected at least two lines after the header',
    ],
    [
      'years',
      'timestamp_s,rate\n0,1\n99999999,1\n',
      'load.csv:3: timestamp_s is 99999999, over 400 days after the first; cut the file shorter',
    ],
    [
      'what is no CSV',
      'timestamp_s,rate\n0,1\n60,"2\n',
      'load.csv:3: not CSV (CSV_QUOTE_NOT_CLOSED); expected timestamp_s,rate',
    ],
    [
      'more than fits',
      'x'.repeat(32 * 1024 * 1024 + 1),
      'load.csv:1: the file has 33554433 characters; at most 33554432 are read, cut it shorter',
    ],
  ])('says in one line what is wrong with %s', (_, text, message) => {
    expect(() => readTrace(text, 'load.csv')).toThrow(new InputError(message));
  });
});

describe('sliceTrace', () => {
  it('takes a part, or all the rest', () => {
    expect(sliceTrace(hour, 60, 120)).toEqual({ trace: hour, fromSeconds: 60, forSeconds: 120 });
    expect(sliceTrace(hour, 60)).toEqual({ trace: hour, fromSeconds: 60, forSeconds: 120 });
  });

  it.each([
    [180, undefined, 'from 180 s (0 d)'],
    [60, 121, 'from 60 s (0 d) for 121 s (0 d)'],
    [86_400, 60, 'from 86400 s (1 d) for 60 s (0 d)'],
  ])('refuses a part outside of the trace: from %s for %s', (fromSeconds, forSeconds, part) => {
    expect(() => sliceTrace(hour, fromSeconds, forSeconds)).toThrow(
      new InputError(`load.csv is 180 s (0 d) long; expected a part within it, not ${part}`),
    );
  });
});
