// Elements of the page. Text is set as text: names and metadata come from files that nobody has checked.

const make = (tag, properties = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node) {
      node[key] = value;
    } else {
      node.setAttribute(key, value);
    }
  }
  node.append(...children);
  return node;
};

const draw = (tag, attributes = {}, text = null) => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, value);
  }
  if (text !== null) {
    node.textContent = text;
  }
  return node;
};

const named = (text) => make('span', { className: 'name', textContent: text });

const section = (title, ...children) => {
  const id = title.toLowerCase().replace(/[^a-z]+/g, '-');
  const node = make('section', { 'aria-labelledby': id }, make('h2', { id, textContent: title }), ...children);
  document.getElementById('report').append(node);
  return node;
};

const note = (text) => make('p', { className: 'note', textContent: text });

const fact = (list, term, value, small) => {
  const text = make('dd', { textContent: value });
  if (small) {
    text.append(' ', make('small', { textContent: small }));
  }
  list.append(make('div', {}, make('dt', { textContent: term }), text));
};

// A row of buttons of which one is pressed.
const choices = (label, names, chosen, choose) => {
  const buttons = names.map((name) =>
    make('button', { type: 'button', textContent: name, 'aria-pressed': String(name === chosen) }));
  for (const button of buttons) {
    button.addEventListener('click', () => {
      buttons.forEach((each) => each.setAttribute('aria-pressed', String(each === button)));
      choose(button.textContent);
    });
  }
  return make('div', { className: 'choices', role: 'group', 'aria-label': label }, label, ...buttons);
};

// Draws now and whenever the width of the box has changed.
const responsive = (box, paint) => {
  let width = 0;
  const repaint = () => {
    const now = Math.floor(box.clientWidth);
    if (now > 0 && now !== width) {
      width = now;
      paint(width);
    }
  };
  repaint();
  new ResizeObserver(() => requestAnimationFrame(repaint)).observe(box);
};

// The text beside the pointer or the focus. Lines: the first is the subject.
const tip = (() => {
  const box = make('div', { className: 'tip', hidden: true });
  box.setAttribute('aria-hidden', 'true');
  document.body.append(box);
  return {
    show(lines, x, y) {
      box.replaceChildren(...lines.map((line) => make('div', { textContent: line })));
      box.hidden = false;
      box.style.left = '0px';
      box.style.top = '0px';
      const { width, height } = box.getBoundingClientRect();
      const right = document.documentElement.clientWidth - width - 8;
      box.style.left = `${Math.max(8, Math.min(x + 14, right))}px`;
      box.style.top = `${y + 18 + height > innerHeight ? Math.max(8, y - height - 10) : y + 18}px`;
    },
    hide() {
      box.hidden = true;
    },
  };
})();
document.addEventListener('scroll', () => tip.hide(), { passive: true, capture: true });
document.addEventListener('keydown', (event) => event.key === 'Escape' && tip.hide());
