/** The element's style sheet; it uses colours and fonts of the page where the page defines them. */
export const STYLES = `
:host{display:block;container-type:inline-size;color:var(--ink,inherit);font:inherit}
.controls{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end}
label{display:flex;flex-direction:column;gap:.2rem;font-size:.8125rem;color:var(--quiet,inherit)}
select,button,input{font:inherit;color:var(--ink,inherit)}
select,button{font-size:.875rem;min-height:2.25rem;padding:.25rem .6rem;border:1px solid var(--edge,#8886);border-radius:.5rem;background:var(--card,transparent)}
button{cursor:pointer}
button:hover:not(:disabled),select:hover:not(:disabled){border-color:var(--accent,currentColor)}
:disabled{opacity:.5}
button[aria-pressed=true]{border-color:var(--accent,currentColor);background:var(--accent-soft,#8883);text-decoration:line-through}
input[type=range]{margin:0;min-height:2.25rem;width:8rem;accent-color:var(--accent,auto)}
:focus-visible{outline:2px solid var(--accent,currentColor);outline-offset:2px}
.picture{overflow:auto;margin:1rem 0;max-height:75vh}
.picture svg{display:block;margin-inline:auto}
@container (min-width:40rem){:is(.lines,.matrix) .picture svg{zoom:1.4}}
.model .picture svg,.image [data-patch]{cursor:pointer}
.tokens{display:flex;flex-wrap:wrap;gap:.25rem;margin:.25rem 0 .75rem;align-items:center}
.tokens button{min-height:1.75rem;padding:0 .4rem;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.8125rem}
.tokens span,.saving span{font-size:.8125rem;color:var(--quiet,inherit);margin-inline-end:.25rem}
.saving{display:flex;flex-wrap:wrap;gap:.25rem;align-items:center}
details{margin:.75rem 0}
summary{cursor:pointer}
.words li{font-size:.875rem;overflow-wrap:anywhere}
.note{font-size:.8125rem;color:var(--quiet,inherit);margin:.75rem 0 0}
.page{fill:none}
.frame{fill:#0000;stroke:light-dark(#a1a1aa,#71717a)}
.line{fill:none;stroke-width:1.5}
.lines .line{stroke:light-dark(#1d4ed8,#93c5fd)}
.cell{fill:light-dark(#1d4ed8,#93c5fd);stroke:light-dark(#d4d4d8,#3f3f46);stroke-width:.5}
.bare{stroke:none}
text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:var(--ink,currentColor)}
.title,.axis{font-family:system-ui,sans-serif}
text[data-query],text[data-key]{cursor:pointer}
.dim{opacity:.12}
text.hot{font-weight:700}
[data-layer]:hover .frame,[data-layer].chosen .frame{stroke:var(--accent,currentColor);stroke-width:2}
`;
