// Tables that are sorted by their headings and show their first rows until more are asked for.
//
// A column: { title, value(row), cell(row) → text or node, number, kind, hint }. Rows are sorted by value; those
// without one come last. The options: sort (a title), descending, wide, filter(row) → text that is searched.

const firstRows = 100;
const moreRows = 2000;

const ordered = (rows, column, descending) => {
  const sign = descending ? -1 : 1;
  const absent = (value) => value === null || value === undefined || Number.isNaN(value);
  return rows
    .map((row) => ({ row, value: column.value(row) }))
    .sort((a, b) => {
      if (absent(a.value) || absent(b.value)) {
        return Number(absent(a.value)) - Number(absent(b.value));
      }
      return sign * (typeof a.value === 'string' ? natural(a.value, b.value) : a.value - b.value);
    })
    .map(({ row }) => row);
};

const rowOf = (columns, row) =>
  make('tr', {}, ...columns.map((column) => {
    const cell = make('td', { className: column.kind ?? (column.number ? 'number' : '') });
    const content = column.cell ? column.cell(row) : column.value(row);
    cell.append(content instanceof Node ? content : String(content ?? '–'));
    return cell;
  }));

const table = (label, rows, columns, options = {}) => {
  const heads = columns.map((column) => heading(column, () => sortBy(column)));
  const body = make('tbody');
  const rest = make('p', { className: 'more' });
  const grid = make('table', {}, make('thead', {}, make('tr', {}, ...heads)), body);
  let column = columns.find((each) => each.title === options.sort);
  let descending = Boolean(options.descending);
  let words = '';
  let listed = [];

  const sortBy = (chosen) => {
    descending = chosen === column ? !descending : Boolean(chosen.number);
    column = chosen;
    refresh();
  };
  const refresh = () => {
    const found = words ? rows.filter((row) => options.filter(row).toLowerCase().includes(words)) : rows;
    listed = column ? ordered(found, column, descending) : found;
    heads.forEach((head, index) => {
      head.removeAttribute('aria-sort');
      head.querySelector('[data-mark]').textContent = '';
      if (columns[index] === column) {
        head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
        head.querySelector('[data-mark]').textContent = descending ? ' ↓' : ' ↑';
      }
    });
    body.replaceChildren();
    extend(firstRows);
  };
  const extend = (number) => {
    const from = body.childElementCount;
    body.append(...listed.slice(from, from + number).map((row) => rowOf(columns, row)));
    const left = listed.length - body.childElementCount;
    rest.replaceChildren();
    if (left > 0) {
      const next = Math.min(left, moreRows);
      const more = make('button', { type: 'button', textContent: `Show ${next === left ? 'all' : `${whole(next)} more`}` });
      more.addEventListener('click', () => extend(next));
      rest.append(`${whole(body.childElementCount)} of ${plural(listed.length, 'row')} `, more);
    } else if (words) {
      rest.append(plural(listed.length, 'row'));
    }
  };

  const box = make('div', { className: options.wide ? 'wide' : '' });
  if (options.filter && rows.length > 12) {
    const search = make('input', { type: 'search', placeholder: 'Filter by name', 'aria-label': `Filter ${label}` });
    search.addEventListener('input', () => {
      words = search.value.trim().toLowerCase();
      refresh();
    });
    box.append(search);
  }
  refresh();
  box.append(make('div', { className: 'scroll', role: 'region', tabIndex: 0, 'aria-label': label }, grid), rest);
  return box;
};

const heading = (column, sort) => {
  const button = make('button', { type: 'button' }, column.title, make('span', { 'data-mark': '' }));
  if (column.hint) {
    button.title = column.hint;
  }
  button.addEventListener('click', sort);
  return make('th', { scope: 'col', className: column.kind ?? (column.number ? 'number' : '') }, button);
};

// Columns that many tables have.
const column = {
  name: (title = 'Tensor') => ({ title, value: (row) => row.name, kind: 'name' }),
  text: (title, value) => ({ title, value, kind: 'text' }),
  plain: (title, value) => ({ title, value }),
  shape: (value = (row) => row.shape, title = 'Shape') => ({
    title,
    value: (row) => value(row).reduce((product, extent) => product * extent, 1),
    cell: (row) => shape(value(row)),
  }),
  count: (title, value, hint) => ({ title, value, hint, number: true, cell: (row) => whole(value(row)) }),
  size: (title, value) => ({ title, value, number: true, cell: (row) => bytes(value(row)) }),
  measure: (title, value, digits) => ({ title, value, number: true, cell: (row) => measure(value(row), digits) }),
  share: (title, part, all, hint) => ({
    title,
    hint,
    number: true,
    value: (row) => (known(part(row)) && all(row) ? part(row) / all(row) : null),
    cell: (row) => percent(part(row), all(row)),
  }),
};

// The beginning of a long text.
const clipped = (value) => {
  const text = String(value);
  return text.length > 2000 ? `${text.slice(0, 2000)}… (${whole(text.length)} characters)` : text;
};
