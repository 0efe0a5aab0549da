import { clock, number, quantity } from './format.js';

/**
 * @typedef {import('../feed.ts').Opening} Opening
 * @typedef {import('../feed.ts').News} News
 * @typedef {import('../../contract/events.ts').WeirEvent} WeirEvent
 * @typedef {import('../../contract/bottleneck.ts').Bottleneck} Bottleneck
 * @typedef {'scaling' | 'holds' | 'limits' | 'advice' | 'service'} Group
 *
 * @typedef {object} Card
 * @property {Group} group
 * @property {string} tone of the mark: out, in, hold, limit, clear, advice, service, bad
 * @property {string} title
 * @property {string} [code] the closed code that subscribers match on
 * @property {string} [text] one sentence
 * @property {readonly string[]} [points]
 * @property {readonly (readonly [label: string, text: string, meaning?: string])[]} [numbers]
 */

/** @type {Readonly<Record<Group, string>>} */
export const groups = {
  scaling: 'Scaling',
  holds: 'Holds',
  limits: 'Bottlenecks',
  advice: 'Advice',
  service: 'Service',
};

/** Cards kept on the page; older ones are still on the bus of a real deployment. */
const cardsKept = 300;

/**
 * An event as a card. Events that only confirm another one have none of their own.
 * @param {WeirEvent} event
 * @param {Opening} opening
 * @returns {Card | undefined}
 */
export function cardOf(event, opening) {
  const { meanings } = opening;
  switch (event.detailType) {
    case 'Scaling Decision': {
      const { decision, explanation } = event.detail;
      return {
        group: 'scaling',
        tone: decision.direction,
        title: `Scale ${decision.direction} ${decision.from} → ${decision.to}`,
        code: decision.reason,
        text: explanation,
        numbers: [
          ...verdictNumbers(decision, meanings),
          ...list(decision.evidence, meanings),
          ...list(decision.impact, meanings),
        ],
      };
    }
    case 'Scaling Held': {
      const { decision, explanation } = event.detail;
      return {
        group: 'holds',
        tone: 'hold',
        title: `Hold at ${decision.evidence.desiredTasks}`,
        code: decision.reason,
        text: explanation,
        numbers: [...verdictNumbers(decision, meanings), ...list(decision.evidence, meanings)],
      };
    }
    case 'Scaling Failed':
      return {
        group: 'scaling',
        tone: 'bad',
        title: `Not applied: ${event.detail.from} → ${event.detail.to}`,
        code: event.detail.cause,
        text: event.detail.message,
      };
    case 'Bottleneck Detected': {
      const { bottleneck, actions } = event.detail;
      return {
        group: 'limits',
        tone: 'limit',
        title: `Bottleneck: ${bottleneck.kind.replaceAll('_', ' ')}`,
        text: meanings[bottleneck.kind] ?? '',
        points: actions,
        numbers: limitNumbers(bottleneck),
      };
    }
    case 'Bottleneck Cleared':
      return {
        group: 'limits',
        tone: 'clear',
        title: `Cleared: ${event.detail.kind.replaceAll('_', ' ')}`,
        text: `It lasted ${quantity('lastedSeconds', event.detail.lastedSeconds)[1]}.`,
      };
    case 'Scaling Suspended':
      return {
        group: 'limits',
        tone: 'limit',
        title: `No more than ${event.detail.tasks} tasks`,
        code: event.detail.limit,
        text: meanings[event.detail.limit] ?? '',
      };
    case 'Scaling Resumed':
      return {
        group: 'limits',
        tone: 'clear',
        title: 'More tasks may be added again',
        text: `That was shut for ${quantity('suspendedSeconds', event.detail.suspendedSeconds)[1]}.`,
      };
    case 'Recommendation': {
      const { recommendation } = event.detail;
      return {
        group: 'advice',
        tone: 'advice',
        title: `Advice, ${recommendation.horizon.replaceAll('_', ' ')}`,
        code: recommendation.topic,
        text: recommendation.advice,
        numbers: list(recommendation.evidence, meanings),
      };
    }
    case 'Metrics Missing':
      return {
        group: 'service',
        tone: 'bad',
        title: 'Metrics missing',
        text: `Nothing is scaled in without ${event.detail.fields.map((it) => quantity(it, '')[0].toLowerCase()).join(', ')}.`,
        numbers: list(event.detail.evidence, meanings),
      };
    case 'Service Registered':
      return {
        group: 'service',
        tone: 'service',
        title: 'Service registered',
        text: `Managed in mode ${event.detail.mode}, reading ${event.detail.sources.join(', ') || 'no stream'}.`,
        numbers: list(event.detail.policy, meanings),
      };
    case 'Service Rejected':
      return {
        group: 'service',
        tone: 'bad',
        title: 'Service rejected',
        points: event.detail.problems.map(
          (it) => `${it.subject} is “${it.received}”: expected ${it.expected}`,
        ),
      };
    case 'Service Retired':
      return { group: 'service', tone: 'service', title: 'Service retired', code: event.detail.reason };
    default:
      return undefined;
  }
}

/**
 * @param {object} values whose names carry their units
 * @param {Readonly<Record<string, string>>} meanings
 * @returns {(readonly [label: string, text: string, meaning?: string])[]}
 */
function list(values, meanings) {
  return Object.entries(values).map(([name, value]) => {
    const [label, text] = quantity(name, value);
    return [label, text, meanings[name] ?? ''];
  });
}

/**
 * @param {{ reason: string, confidence: number, limitedBy?: string | undefined }} decision
 * @param {Readonly<Record<string, string>>} meanings
 * @returns {(readonly [label: string, text: string, meaning?: string])[]}
 */
function verdictNumbers({ reason, confidence, limitedBy }, meanings) {
  return [
    ['Reason', meanings[reason] ?? reason],
    ['Confidence', number(confidence), 'the share of the evidence that speaks for it'],
    ...(limitedBy === undefined
      ? []
      : [/** @type {const} */ (['Limited by', limitedBy, meanings[limitedBy] ?? ''])]),
  ];
}

/** @param {Bottleneck} bottleneck @returns {(readonly [label: string, text: string])[]} */
function limitNumbers({ severity, impact, field, observed, threshold }) {
  return [
    ['Severity', number(severity)],
    ['Estimated impact', `${number(impact * 100)} % of throughput`],
    ...(field !== undefined && observed !== undefined ? [quantity(field, observed)] : []),
    ...(field !== undefined && threshold !== undefined
      ? [/** @type {const} */ (['Threshold', quantity(field, threshold)[1]])]
      : []),
  ];
}

/**
 * Keeps the list of cards, newest first.
 * @param {HTMLElement} root an `ol`
 * @param {Opening} opening
 * @param {{ onPoint: (atSeconds: number | undefined) => void }} hooks
 */
export function createNews(root, opening, { onPoint }) {
  root.replaceChildren();
  const days = opening.untilSeconds - opening.zeroSeconds > 86_400;
  /** @type {Map<string, HTMLElement>} the state line of each decision's card */
  const states = new Map();

  /** @param {News} news */
  function confirm({ event }) {
    if (event.detailType !== 'Scaling Applied' && event.detailType !== 'Scaling Failed') return;
    const state = states.get(event.detail.decisionId);
    if (!state) return;
    state.textContent = event.detailType === 'Scaling Applied' ? 'applied' : 'not applied';
    state.classList.toggle('bad', event.detailType === 'Scaling Failed');
    states.delete(event.detail.decisionId);
  }

  return {
    /** @param {readonly News[]} fresh */
    add(fresh) {
      for (const news of fresh) {
        confirm(news);
        const card = cardOf(news.event, opening);
        if (!card) continue;
        const state = document.createElement('span');
        state.className = 'state';
        if (news.event.detailType === 'Scaling Decision') {
          state.textContent = news.event.detail.mode === 'auto' ? 'decided' : 'advised';
          states.set(news.event.detail.decisionId, state);
        }
        const at = clock(news.atSeconds - opening.zeroSeconds, { days, precise: true });
        const item = renderCard(card, at, state);
        for (const type of ['mouseenter', 'focusin'])
          item.addEventListener(type, () => onPoint(news.atSeconds));
        for (const type of ['mouseleave', 'focusout']) item.addEventListener(type, () => onPoint(undefined));
        root.prepend(item);
      }
      while (root.childElementCount > cardsKept) root.lastElementChild?.remove();
    },
  };
}

/**
 * @param {Card} card
 * @param {string} at
 * @param {HTMLElement} state
 */
function renderCard(card, at, state) {
  const item = document.createElement('li');
  item.className = `card ${card.tone}`;
  item.dataset.group = card.group;
  const head = document.createElement('div');
  head.className = 'card-head';
  const title = document.createElement('h3');
  title.textContent = card.title;
  const time = document.createElement('time');
  time.textContent = at;
  head.append(title, state, time);
  item.append(head);
  if (card.text) item.append(paragraph(card.text, 'text'));
  if (card.points && card.points.length > 0) {
    const points = document.createElement('ul');
    points.append(
      ...card.points.map((text) => {
        const point = document.createElement('li');
        point.textContent = text;
        return point;
      }),
    );
    item.append(points);
  }
  const code = document.createElement('code');
  code.textContent = card.code ?? '';
  if (card.numbers && card.numbers.length > 0) {
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.append(...(card.code ? [code, ' '] : []), `${card.numbers.length} numbers`);
    details.append(summary, numbersOf(card.numbers));
    item.append(details);
  } else if (card.code) {
    item.append(code);
  }
  return item;
}

/** @param {string} text @param {string} name */
function paragraph(text, name) {
  const it = document.createElement('p');
  it.className = name;
  it.textContent = text;
  return it;
}

/** @param {NonNullable<Card['numbers']>} numbers */
function numbersOf(numbers) {
  const table = document.createElement('dl');
  for (const [label, text, meaning] of numbers) {
    const term = document.createElement('dt');
    term.textContent = label;
    if (meaning) term.title = meaning;
    const value = document.createElement('dd');
    value.textContent = text;
    table.append(term, value);
  }
  return table;
}
