import type { Frame, News, Opening, Pace, Standing, Update } from './feed.ts';

/** The newest events that a page opened late still sees. */
const newsKept = 2000;

/** What has been told so far, and who still has to be told what. */
export type Broadcast = {
  readonly opening: Opening;
  frame(frame: Frame): void;
  news(news: News): void;
  standings(standings: readonly Standing[]): void;
  pace(pace: Pace): void;
  end(): void;
  /** A reader that begins after what `lastEventId` names, or at the beginning. */
  reader(lastEventId: string | undefined): Reader;
};

/** One page's place in the story: it may read as slowly as it likes, since nothing is queued for it. */
export type Reader = {
  /** Nothing until there is something new; then all of it, and the id to come back with. */
  read(): { readonly id: string; readonly update: Update } | undefined;
};

/** The number of frames is bounded by whoever chooses `Opening.frameSeconds`, the number of events here. */
export function createBroadcast(opening: Opening): Broadcast {
  const frames: Frame[] = [];
  const news: News[] = [];
  let newsDropped = 0;
  let standings: readonly Standing[] = [];
  let pace: Pace = { secondsPerSecond: 0 };
  let ended = false;
  // Counts the changes of what has no history of its own: standings, pace and end.
  let revision = 0;

  return {
    opening,
    frame: (frame) => {
      frames.push(frame);
    },
    news: (item) => {
      news.push(item);
      if (news.length > newsKept) {
        news.shift();
        newsDropped++;
      }
    },
    standings: (now) => {
      standings = now;
      revision++;
    },
    pace: (now) => {
      pace = now;
      revision++;
    },
    end: () => {
      ended = true;
      revision++;
    },
    reader: (lastEventId) => {
      let [framesRead, newsRead] = placeOf(lastEventId, opening.run);
      let revisionRead = -1;
      return {
        read: () => {
          const newsTold = newsDropped + news.length;
          if (framesRead >= frames.length && newsRead >= newsTold && revisionRead === revision)
            return undefined;
          const update: Update = {
            frames: frames.slice(framesRead),
            news: news.slice(Math.max(0, newsRead - newsDropped)),
            standings,
            pace,
            ended,
          };
          framesRead = frames.length;
          newsRead = newsTold;
          revisionRead = revision;
          return { id: `${opening.run}.${framesRead}.${newsRead}`, update };
        },
      };
    },
  };
}

/** How many frames and events the id's bearer has; none if the id is of another run or not ours at all. */
function placeOf(lastEventId: string | undefined, run: string): [frames: number, news: number] {
  const match = /^([\w-]{1,64})\.(\d{1,9})\.(\d{1,9})$/.exec(lastEventId ?? '');
  return match?.[1] === run ? [Number(match[2]), Number(match[3])] : [0, 0];
}
