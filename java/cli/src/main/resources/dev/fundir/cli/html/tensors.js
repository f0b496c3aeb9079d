// The tables of an inspected model: dtypes, outliers, all tensors.

const dtypeSection = (model) => {
  const rows = Object.entries(model.dtypes).map(([name, tally]) => ({ name, ...tally }));
  if (rows.length === 0) {
    return;
  }
  const total = rows.reduce((sum, row) => sum + row.bytes, 0);
  section('Data types', table('Data types', rows, [
    column.plain('Dtype', (row) => row.name),
    column.count('Tensors', (row) => row.tensors),
    { title: 'Parameters', number: true, value: (row) => row.parameters, cell: (row) => count(row.parameters) },
    column.size('Size', (row) => row.bytes),
    column.share('Share', (row) => row.bytes, () => total),
    {
      title: '',
      kind: 'meters',
      value: (row) => row.bytes,
      cell: (row) => {
        const meter = make('span', { className: 'meter' });
        meter.style.width = `${total ? Math.max(1, (160 * row.bytes) / total) : 0}px`;
        return meter;
      },
    },
  ], { sort: 'Size', descending: true }));
};

const outlierSection = (model) => {
  const measured = model.tensors.filter((tensor) => tensor.outliers);
  if (measured.length === 0) {
    return;
  }
  const rows = measured.filter((tensor) => tensor.outliers.count > 0);
  const { threshold } = measured[0].outliers;
  const part = section('Outliers', note(`Elements further than ${measure(threshold)} standard deviations from the mean of `
    + `their tensor. Of normally distributed values ${percent(2 * tailOf(threshold), 1)} are.`));
  if (rows.length === 0) {
    part.append(note('There are none.'));
    return;
  }
  const worst = (row) => row.outliers.worst[0];
  part.append(table('Outliers', rows, [
    column.name(),
    column.measure('Worst z', (row) => (worst(row) ? Math.abs(worst(row).z) : null)),
    column.measure('Worst value', (row) => worst(row)?.value),
    { title: 'Index', value: (row) => worst(row)?.index.join(', '), cell: (row) => (worst(row) ? `[${worst(row).index.join(', ')}]` : '–') },
    column.count('Count', (row) => row.outliers.count),
    column.share('Share', (row) => row.outliers.count, (row) => elementsOf(row)),
  ], { sort: 'Worst z', descending: true, wide: true, filter: (row) => row.name }));
};

// The part of a normal distribution above z (Abramowitz and Stegun 26.2.17).
const tailOf = (z) => {
  const t = 1 / (1 + 0.2316419 * z);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
    .reduceRight((sum, factor) => (sum + factor) * t, 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
};

const elementsOf = (tensor) => tensor.shape.reduce((product, extent) => product * extent, 1);

// Bars of one path: 96 units wide, heights by square root so that tails can be seen.
const sparkline = (distribution) => {
  if (!distribution || distribution.counts.length === 0) {
    return '–';
  }
  const { counts } = distribution;
  const most = counts.reduce((greatest, each) => Math.max(greatest, each), 1);
  const wide = 96 / counts.length;
  let path = '';
  counts.forEach((each, index) => {
    if (each > 0) {
      const high = Math.max(0.75, 20 * Math.sqrt(each / most));
      path += `M${(index * wide).toFixed(2)},20v${-high.toFixed(2)}h${wide.toFixed(2)}v${high.toFixed(2)}z`;
    }
  });
  const text = `${measure(distribution.from)} to ${measure(distribution.to)}`;
  const picture = draw('svg', { width: 96, height: 20, viewBox: '0 0 96 20', role: 'img', 'aria-label': `Distribution from ${text}` });
  picture.append(draw('title', {}, `from ${text}`), draw('path', { class: 'bin', d: path }));
  return picture;
};

const tensorSection = (model) => {
  const part = section('All tensors');
  if (model.tensors.length === 0) {
    part.append(note('There are none.'));
    return;
  }
  const value = (key) => (row) => row.statistics?.[key];
  const columns = [column.name(), column.plain('Dtype', (row) => row.dtype), column.shape(), column.size('Size', (row) => row.byteSize)];
  if (model.tensors.some((tensor) => tensor.distribution)) {
    part.append(note('Distributions: heights are square roots of counts.'));
    columns.push({ title: 'Distribution', value: value('std'), cell: (row) => sparkline(row.distribution) });
  }
  if (model.tensors.some((tensor) => tensor.statistics)) {
    columns.push(
      column.measure('Mean', value('mean')),
      column.measure('Std', value('std')),
      column.measure('Min', value('min')),
      column.measure('Max', value('max')),
      column.measure('L2 norm', value('l2Norm')),
      column.share('Zeros', value('zeros'), value('elements')),
      column.count('NaN', (row) => row.statistics?.nan ?? '–'),
      column.count('Inf', (row) => row.statistics?.infinite ?? '–'),
    );
  }
  if (model.files.length > 1) {
    columns.push(column.plain('File', (row) => row.file.split(/[\\/]/).pop()));
  }
  part.append(table('All tensors', model.tensors, columns, { wide: true, filter: (row) => row.name }));
};

const metadataSection = (metadata) => {
  const rows = Object.entries(metadata).map(([key, value]) => ({ name: key, value }));
  if (rows.length) {
    section('Metadata', table('Metadata', rows, [column.name('Key'), column.text('Value', (row) => clipped(row.value))]));
  }
};
