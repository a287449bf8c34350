// Hover and pin, legend toggles, the slider over τ, state in the address. No statistics: every
// number at every τ was computed by the program. Without this the page is complete.
'use strict';
(() => {
const $ = (s, e = document) => e.querySelector(s), $$ = (s, e = document) => [...e.querySelectorAll(s)];
const data = JSON.parse($('#data').textContent), tip = $('#tip'), bar = $('#bar');
const NS = 'http://www.w3.org/2000/svg', state = { off: new Set(), tau: data.own, pin: null };
const points = $$('g.p');
// The title is the tip of those without a script: with one it would be a second, and is read out alone.
points.forEach((p, i) => {
  const title = $('title', p);
  p.id = 'p' + i;
  p.setAttribute('aria-label', title.textContent);
  title.remove();
});
const make = (tag, text, into) => {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (into) into.append(e);
  return e;
};

// --- Legend toggles: learner, α and target, in all figures and tables at once.
const facets = [['learner', 'learner'], ['alpha', 'α'], ['target', 'target']].filter(
  ([key]) => new Set(data.series.map(s => s[key])).size > 1);
const buttons = new Map();
for (const [key, name] of facets) {
  const set = make('fieldset', undefined, bar);
  make('legend', name, set);
  for (const value of new Set(data.series.map(s => s[key]))) {
    const button = make('button', value, set), id = key + '=' + value;
    button.type = 'button';
    button.onclick = () => { state.off.has(id) ? state.off.delete(id) : state.off.add(id); show(); };
    buttons.set(id, button);
  }
}
const hidden = i => facets.some(([key]) => state.off.has(key + '=' + data.series[i]?.[key]));

// --- The slider over τ.
const slider = $('#tau'), said = $('#tau-value');
slider.max = data.tau.length - 1;
slider.oninput = () => { state.tau = +slider.value; show(); };
$('#own').onclick = () => { state.tau = data.own; show(); };

// Where a value stands in the frame that a mark is in.
const frames = new Map($$('figure svg').map(svg => [svg, $$('rect.f', svg).map(f => {
  const [log, low, high] = f.dataset.y.split(' ').map(Number);
  const [x, y, w, h] = ['x', 'y', 'width', 'height'].map(k => +f.getAttribute(k));
  const at = v => y + h * (1 - ((log ? Math.log10(v) : v) - low) / (high - low));
  return { x, y, w, h, at };
})]));
const inside = (f, x, y) => x >= f.x - 4 && x <= f.x + f.w + 4 && y >= f.y - 4 && y <= f.y + f.h + 4;
for (const p of points) {
  const bars = $$(':scope>path.l', p), rest = [...p.children].filter(e => e.tagName !== 'title' && !bars.includes(e));
  const box = (rest.length ? rest[rest.length - 1] : p).getBBox();
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  p.at = { x, y, bars, rest, frame: frames.get(p.ownerSVGElement).find(f => inside(f, x, y)) };
}
const row = m => m && (m.includes(':') ? data.n[m] : data.b[m]);
const clamp = (v, a, b) => Math.min(Math.max(v, a), b);
function move(p) {
  const { y, bars, rest, frame } = p.at, values = row(p.dataset.m);
  if (!values || !frame) return;
  const own = values[data.own], now = values[state.tau], still = state.tau === data.own;
  p.classList.toggle('off', hidden(p.dataset.s) || !now);
  if (!now || !own) return;
  const shift = still ? 0 : frame.at(now[0]) - frame.at(own[0]), to = y + shift;
  if (to < frame.y - 1 || to > frame.y + frame.h + 1) p.classList.add('off');
  rest.forEach(e => { e.setAttribute('transform', still ? '' : `translate(0 ${shift})`); e.style.opacity = !still && now[3] ? .4 : ''; });
  for (const bar of bars) {
    const box = bar.getBBox(), a = clamp(frame.at(now[2] ?? Infinity), frame.y, frame.y + frame.h),
      b = clamp(frame.at(now[1] || 1e-300), frame.y, frame.y + frame.h), scale = (b - a) / (box.height || 1);
    bar.setAttribute('vector-effect', 'non-scaling-stroke');
    bar.style.display = !still && (now[3] || own[3] || box.height < .05) ? 'none' : '';
    bar.setAttribute('transform', still ? '' : `matrix(1 0 0 ${scale} 0 ${a - scale * box.y})`);
  }
}

// --- What a point says, and the same x in all series.
function words(p) {
  const label = p.getAttribute('aria-label'), now = (row(p.dataset.m) || [])[state.tau];
  if (!now || state.tau === data.own) return label;
  const [v, low, high] = now.map(num), head = label.split(': ')[0], tau = ` at τ = ${data.tau[state.tau]}`;
  return head + (p.dataset.m.includes(':') ? ': n* ' : ': β ') + (now[3] ? now[3] + ' ' + v : `${v}, 95 % ${low} to ${high}`) + tau;
}
const num = v => v === null || v === undefined ? '∞' : typeof v !== 'number' ? v : v >= 1e3 ? Math.round(v).toString().replace(/\B(?=(\d{3})+$)/g, ' ') : String(+v.toPrecision(3));
function guide(svg, x, y, f) {
  for (const [a, b, c, d] of [[x, f.y, x, f.y + f.h], [f.x, y, f.x + f.w, y]]) {
    const line = document.createElementNS(NS, 'line');
    Object.entries({ x1: a, y1: b, x2: c, y2: d, class: 'guide' }).forEach(e => line.setAttribute(...e));
    svg.append(line);
  }
}
function clear() { $$('.guide').forEach(e => e.remove()); $$('.on').forEach(e => e.classList.remove('on')); tip.hidden = true; }
function point(p, pinned) {
  clear();
  if (!p || p.classList.contains('off')) return;
  const svg = p.ownerSVGElement, f = p.at.frame;
  p.classList.add('on');
  if (f) guide(svg, p.at.x, p.at.y + (p.at.rest[0]?.transform.baseVal[0]?.matrix.f || 0), f);
  tip.textContent = '';
  make('p', words(p), tip).style.fontWeight = 'bold';
  if (f) points.filter(q => q !== p && q.ownerSVGElement === svg && q.at.frame === f && Math.abs(q.at.x - p.at.x) < 7 && !q.classList.contains('off'))
    .forEach(q => make('p', words(q), tip));
  const d = (p.getAttribute('aria-label').match(/, d = (\d+):/) || [])[1], cell = data.cells[p.dataset.s + ':' + d];
  if (cell) {
    const command = `secateur rerun ${data.command} --trial ${cell}`;
    make('code', command, tip);
    const copy = make('button', 'copy (c)', tip);
    copy.type = 'button';
    copy.onclick = () => { navigator.clipboard ? navigator.clipboard.writeText(command) : 0; copy.textContent = 'copied'; };
  }
  if (pinned) make('p', 'pinned: Escape lets go', tip).className = 'soft';
  tip.hidden = false;
  current = p;
  place();
}
let current = null;
function place() {
  if (tip.hidden || !current) return;
  const r = current.getBoundingClientRect(), t = tip.getBoundingClientRect();
  tip.style.left = clamp(r.right + 12 + t.width > innerWidth ? r.left - t.width - 12 : r.right + 12, 4, Math.max(4, innerWidth - t.width - 4)) + 'px';
  tip.style.top = clamp(r.top - 20, 4, Math.max(4, innerHeight - t.height - 4)) + 'px';
}
const pinned = () => state.pin && document.getElementById(state.pin);
function pin(p) { state.pin = p && state.pin !== p.id ? p.id : null; point(pinned(), true); save(); }
for (const p of points) {
  p.addEventListener('mouseenter', () => pinned() || point(p));
  p.addEventListener('mouseleave', () => pinned() || clear());
  p.addEventListener('click', e => { pin(p); e.stopPropagation(); });
}
document.addEventListener('click', e => { if (state.pin && !tip.contains(e.target) && !bar.contains(e.target)) pin(null); });
addEventListener('scroll', place, true);
addEventListener('resize', place);

// --- Keyboard: a figure takes the focus, arrows go from point to point, Enter pins, c copies.
$$('figure .wide').forEach(box => {
  let here = -1;
  box.addEventListener('keydown', e => {
    const all = $$('g.p', box).filter(p => !p.classList.contains('off')), step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (!all.length) return;
    if (step) { here = (here + step + all.length + (here < 0 && step < 0 ? 1 : 0)) % all.length; state.pin = null; point(all[here]); all[here].scrollIntoView({ block: 'nearest' }); e.preventDefault(); }
    if (e.key === 'Enter' && all[here]) pin(all[here]);
  });
  box.addEventListener('blur', () => pinned() || clear());
});
document.addEventListener('keydown', e => {
  if (e.key === 'Escape') { state.pin = null; clear(); save(); }
  if (e.key === 'c' && !e.ctrlKey && !e.metaKey && !tip.hidden) $('button', tip)?.click();
});

// --- State in the address.
function save() {
  const parts = [...state.off].map(id => 'off=' + encodeURIComponent(id));
  if (state.tau !== data.own) parts.push('tau=' + data.tau[state.tau]);
  if (state.pin) parts.push('pin=' + state.pin);
  history.replaceState(null, '', '#' + parts.join('&'));
}
function load() {
  state.off.clear(); state.tau = data.own; state.pin = null;
  for (const part of location.hash.slice(1).split('&')) {
    const [key, value = ''] = part.split('=');
    let text = '';
    try { text = decodeURIComponent(value); } catch { continue; }
    if (key === 'off' && buttons.has(text)) state.off.add(text);
    if (key === 'tau' && data.tau.includes(+text)) state.tau = data.tau.indexOf(+text);
    if (key === 'pin' && points.some(p => p.id === text)) state.pin = text;
  }
}
function show() {
  buttons.forEach((button, id) => button.setAttribute('aria-pressed', !state.off.has(id)));
  $$('[data-s]').forEach(e => e.classList.toggle('off', hidden(e.dataset.s)));
  points.forEach(move);
  const still = state.tau === data.own;
  slider.value = state.tau;
  said.textContent = data.tau[state.tau];
  slider.setAttribute('aria-valuetext', 'τ = ' + data.tau[state.tau]);
  $$('[data-tau]').forEach(e => { e.textContent = data.tau[state.tau]; });
  $$('[data-fixed]').forEach(e => e.classList.toggle('stale', !still));
  $$('g[data-s]:not(.p)').forEach(e => { if (!still && e.closest('[data-moves]')) e.classList.add('off'); });
  $$('#verdicts tbody tr').forEach((tr, i) => $$('[data-v]', tr).forEach((td, j) => {
    td.textContent = data.words[data.rows[state.tau][i]?.[j]] ?? '–';
    if (j === 3) td.className = tone(td.textContent);
  }));
  const list = $('#says');
  list.textContent = '';
  data.says[state.tau].forEach(text => make('li', text, list));
  $$('#cells [data-n]').forEach(td => {
    const now = data.n[td.dataset.n]?.[state.tau];
    td.textContent = !now ? '–' : now[3] ? `${now[3]} ${num(now[0])}` : `${num(now[0])} [${num(now[1])}, ${num(now[2])}]`;
  });
  point(pinned(), true);
  save();
}
const tone = word => word.startsWith('matches') || word === 'meets' ? 'good' : ['above', 'below', 'breaks'].includes(word) ? 'bad' : '';
addEventListener('hashchange', () => { load(); show(); });
bar.hidden = false;
load();
show();
})();
