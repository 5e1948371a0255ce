
'use strict';
const page = document.documentElement;
page.dataset.errors = '';
const fail = text => { page.dataset.errors += text + '\n'; };
addEventListener('error', e => fail(e.message || 'a resource'), true);
addEventListener('unhandledrejection', e => fail('rejected: ' + e.reason));
addEventListener('securitypolicyviolation', e => fail('policy: ' + e.violatedDirective + ' ' + e.blockedURI));
addEventListener('DOMContentLoaded', () => {
  page.classList.add('scripted');
  for (const button of document.querySelectorAll('.tools button')) {
    button.addEventListener('click', () => {
      for (const d of button.closest('section').querySelectorAll('details')) d.open = button.value === 'open';
    });
  }
  for (const head of document.querySelectorAll('th[data-sort]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => sort(head));
  }
  page.dataset.overflow = page.scrollWidth - page.clientWidth;
  page.dataset.ready = 'yes';
});
function sort(head) {
  const down = head.getAttribute('aria-sort') !== 'descending';
  for (const other of head.parentNode.children) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const rows = head.closest('table').tBodies[0];
  const key = row => Number(row.dataset[head.dataset.sort]);
  rows.append(...[...rows.rows].sort((a, b) => down ? key(b) - key(a) : key(a) - key(b)));
}
