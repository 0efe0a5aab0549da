// Numbers and times as people read them. The page's language is English, whatever the browser's is.

const three = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const fixed = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** @param {number} value @returns {string} e.g. 0.0123, 4.57, 1,234 */
export function number(value) {
  return Math.abs(value) < 1000 ? three.format(value) : whole.format(value);
}

/** @param {number} value @returns {string} two decimals */
export function ratio(value) {
  return fixed.format(value);
}

/** @param {number} share @returns {string} e.g. 0 %, < 0.01 %, 4.57 % */
export function percent(share) {
  if (share === 0) return '0 %';
  if (share < 0.0001) return '< 0.01 %';
  return `${fixed.format(share * 100)} %`;
}

/** @param {number} seconds @returns {string} e.g. 45 s, 12 min, 3.5 h */
export function duration(seconds) {
  const size = Math.abs(seconds);
  if (size < 10) return `${three.format(Math.round(seconds * 10) / 10)} s`;
  if (size < 120) return `${whole.format(seconds)} s`;
  if (size < 7200) return `${three.format(seconds / 60)} min`;
  return `${three.format(seconds / 3600)} h`;
}

/** @param {number} value @returns {string} */
const two = (value) => String(value).padStart(2, '0');

/**
 * Time of the simulated day; the day is named where there are several.
 * @param {number} seconds since the trace's time zero
 * @param {{ days?: boolean, precise?: boolean }} [options]
 */
export function clock(seconds, { days = false, precise = false } = {}) {
  // A single day ends at 24:00, not at 00:00.
  const day = days ? Math.floor(seconds / 86_400) : 0;
  const rest = Math.floor(seconds - day * 86_400);
  const time = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}${precise ? `:${two(rest % 60)}` : ''}`;
  return days ? `Day ${day + 1}, ${time}` : time;
}

/** @type {readonly (readonly [suffix: string, render: (value: number) => string])[]} */
const units = [
  ['PerSecond', (value) => `${number(value)} records/s`],
  ['Seconds', duration],
  ['Percent', (value) => `${number(value)} %`],
  ['Records', (value) => `${number(value)} records`],
  ['Hours', (value) => `${number(value)} h`],
  ['Ms', (value) => `${number(value)} ms`],
];

/**
 * A number whose name carries its unit, as Weir's names do: `forecastBoundPerSecond` is the forecast bound, in
 * records/s.
 * @param {string} name
 * @param {unknown} value
 * @returns {[label: string, text: string]}
 */
export function quantity(name, value) {
  const unit = units.find(([suffix]) => name.endsWith(suffix));
  const words = (unit ? name.slice(0, -unit[0].length) : name).replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  const label = words.charAt(0).toUpperCase() + words.slice(1);
  if (typeof value !== 'number') return [label, String(value)];
  return [label, unit ? unit[1](value) : number(value)];
}
