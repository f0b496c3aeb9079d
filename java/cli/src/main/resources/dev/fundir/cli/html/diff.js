// The report of two models that were compared.

const title = (report) => {
  const ending = (path, parts) => path.split(/[\\/]/).filter(Boolean).slice(-parts).join('/') || path;
  const alike = ending(report.a, 1) === ending(report.b, 1);
  const [a, b] = [report.a, report.b].map((path) => ending(path, alike ? 2 : 1));
  document.title = `${a} → ${b} – fundir`;
  const facts = make('dl', { className: 'facts' });
  fact(facts, 'Changed tensors', whole(report.tensors.length));
  fact(facts, 'Identical tensors', whole(report.identicalTensors));
  fact(facts, 'Only in one', whole(report.added.length + report.removed.length),
    `${whole(report.added.length)} added, ${whole(report.removed.length)} removed`);
  const most = report.tensors.find((row) => known(row.relativeL2));
  if (most) {
    fact(facts, 'Greatest relative L2', measure(most.relativeL2));
  }
  document.getElementById('report').replaceChildren(
    make('h1', { textContent: `${a} → ${b}` }),
    make('p', { className: 'path' }, 'a ', named(report.a), make('br'), 'b ', named(report.b)),
    make('p', { className: 'lead', textContent: summary(report) }),
    facts,
  );
};

const summary = (report) => {
  if (report.equal) {
    return `The models are equal: ${plural(report.identicalTensors, 'tensor')} and all metadata are identical.`;
  }
  const meta = Object.values(report.metadata).reduce((sum, each) => sum + Object.keys(each).length, 0);
  const parts = [
    [report.tensors.length, 'tensor', 'changed'],
    [report.added.length, 'tensor', 'only in b'],
    [report.removed.length, 'tensor', 'only in a'],
    [report.reshaped.length, 'tensor', 'of another shape'],
    [report.retyped.length, 'tensor', 'of another dtype'],
    [meta, 'difference', 'in the metadata'],
  ].filter(([number]) => number > 0).map(([number, noun, what]) => `${plural(number, noun)} ${what}`);
  const same = `${plural(report.identicalTensors, 'tensor')} ${report.identicalTensors === 1 ? 'is' : 'are'} identical`;
  return `The models differ: ${parts.length ? `${parts.join(', ')}; ` : ''}${same}.`;
};

const tensorChanges = (report) => {
  const part = section('Changed tensors');
  if (report.tensors.length === 0) {
    part.append(note('There are none.'));
    return;
  }
  part.append(table('Changed tensors', report.tensors, [
    column.name(),
    column.measure('Relative L2', (row) => row.relativeL2),
    column.measure('Max abs', (row) => row.maxAbs),
    column.measure('Cosine', (row) => row.cosine, 8),
    column.count('Differing', (row) => row.differing),
    column.share('Share', (row) => row.differing, (row) => row.elements),
    column.plain('Dtype', (row) => row.dtype),
    column.shape(),
  ], { sort: 'Relative L2', descending: true, wide: true, filter: (row) => row.name }));
};

const structure = (report) => {
  const lists = [
    ['Only in b', report.added, onlyColumns()],
    ['Only in a', report.removed, onlyColumns()],
    ['Other shapes', report.reshaped, [column.name(), column.shape((row) => row.a, 'In a'), column.shape((row) => row.b, 'In b')]],
    ['Other dtypes', report.retyped, [column.name(), column.plain('In a', (row) => row.a), column.plain('In b', (row) => row.b)]],
  ];
  for (const [name, rows, columns] of lists) {
    if (rows.length) {
      section(`${name}: ${plural(rows.length, 'tensor')}`, table(name, rows, columns, { filter: (row) => row.name }));
    }
  }
};

const onlyColumns = () =>
  [column.name(), column.plain('Dtype', (row) => row.dtype), column.shape(), column.size('Size', (row) => row.byteSize)];

const metadataChanges = ({ added, removed, changed }) => {
  const rows = [
    ...Object.entries(changed).map(([name, { a, b }]) => ({ name, a, b })),
    ...Object.entries(removed).map(([name, a]) => ({ name, a })),
    ...Object.entries(added).map(([name, b]) => ({ name, b })),
  ];
  if (rows.length) {
    section('Metadata', table('Metadata', rows, [
      column.name('Key'),
      column.text('In a', (row) => (row.a === undefined ? '–' : clipped(row.a))),
      column.text('In b', (row) => (row.b === undefined ? '–' : clipped(row.b))),
    ]));
  }
};

const report = JSON.parse(document.getElementById('document').textContent);
title(report);
layerChanges(report);
kindChanges(report);
tensorChanges(report);
structure(report);
metadataChanges(report.metadata);
