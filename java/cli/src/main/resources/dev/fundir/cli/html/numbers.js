// How numbers are written: sizes and counts as the command line does, decimal and with three digits.

const scaled = (number, units) => {
  let value = number / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + units[unit];
};

const bytes = (number) =>
  number < 1000 ? `${number} B` : scaled(number, [' kB', ' MB', ' GB', ' TB', ' PB', ' EB']);

const count = (number) =>
  number < 1000 ? String(number) : scaled(number, [' K', ' M', ' B', ' T', ' Q', ' Qi']);

const whole = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

const plural = (number, noun) => `${whole(number)} ${noun}${number === 1 ? '' : 's'}`;

const known = (value) => typeof value === 'number' && Number.isFinite(value);

// A measured value with so many digits; an en dash where there is none.
const measure = (value, digits = 4) => {
  if (!known(value)) {
    return '–';
  }
  if (value === 0) {
    return '0';
  }
  const size = Math.abs(value);
  const text = size < 1e-4 || size >= 10 ** Math.max(6, digits)
    ? value.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e')
    : trimmed(value.toPrecision(digits));
  return text.replace(/-/g, '−');
};

const trimmed = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const percent = (part, all) => {
  if (!known(part) || !all) {
    return '–';
  }
  const share = (100 * part) / all;
  return share === 0 ? '0 %' : share < 0.001 ? '< 0.001 %' : `${trimmed(share.toPrecision(3))} %`;
};

const shape = (extents) => (extents.length ? extents.map(whole).join(' × ') : 'scalar');

const natural = new Intl.Collator('en', { numeric: true }).compare;

// Values to label between two ends, at most so many: 1, 2 or 5 times a power of ten apart.
const ticks = (from, to, most, least = 0) => {
  const rough = (to - from) / Math.max(1, most);
  if (!(rough > 0)) {
    return [from];
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, power * [1, 2, 5, 10].find((times) => times * power >= rough * 0.9999));
  const result = [];
  for (let at = Math.ceil(from / step - 1e-9); at * step <= to + step * 1e-9; at += 1) {
    result.push(Number((at * step).toPrecision(12)));
  }
  return result;
};
