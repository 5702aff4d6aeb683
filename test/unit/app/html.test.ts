import { html } from '../../../shared/app/html.js';

test('a value is escaped wherever it is put', () => {
  const hostile = `<img src=x onerror="alert('1')">&`;
  expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
    `<p title="&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;">&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;</p>`,
  );
});

test('HTML is put as it is, lists one after the other, undefined as nothing', () => {
  const items = ['a', '<b>', undefined, 1].map((item) => html`<li>${item}</li>`);
  expect(
    html`<ul>
      ${items}
    </ul>`.text.replaceAll(/\s/g, ''),
  ).toBe('<ul><li>a</li><li>&#60;b&#62;</li><li></li><li>1</li></ul>');
});
