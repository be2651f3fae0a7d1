import type { ReactElement } from 'react';

/** The house picture: a steaming tureen, and the people who meet in its steam. Decoration only. */
export function TureenPicture(): ReactElement {
  return (
    <svg className="picture" viewBox="0 0 480 440" aria-hidden="true" focusable="false">
      <ellipse className="picture-shade" cx="240" cy="405" rx="170" ry="16" />
      <g className="picture-steam">
        <path d="M176 148c-22-26 20-40 0-70s14-36 4-58" />
        <path d="M306 148c-22-26 20-40 0-70s14-36 4-58" />
      </g>
      <Guest x={116} y={86} r={38} tint="a" />
      <Guest x={240} y={58} r={46} tint="b" />
      <Guest x={366} y={92} r={36} tint="c" />
      <g className="picture-pot">
        <path className="picture-handle" d="M92 262c-34-8-52 8-48 34 3 20 24 30 52 26M388 262c34-8 52 8 48 34-3 20-24 30-52 26" />
        <path className="picture-foot" d="M186 376h108l14 24a6 6 0 0 1-6 8H178a6 6 0 0 1-6-8z" />
        <path className="picture-bowl" d="M78 240h324c6 0 10 5 9 11-10 78-76 133-171 133S79 329 69 251c-1-6 3-11 9-11z" />
        <path className="picture-gloss" d="M112 270c10 42 36 68 72 82" />
        <path className="picture-band" d="M83 286c6 12 12 22 20 32h274c8-10 14-20 20-32z" />
        <path className="picture-lid" d="M96 228c8-52 68-84 144-84s136 32 144 84z" />
        <path className="picture-gloss" d="M134 208c14-22 40-36 70-42" />
        <rect className="picture-rim" x="60" y="224" width="360" height="26" rx="13" />
        <path className="picture-knob" d="M222 144c-10-8-12-26 18-26s28 18 18 26z" />
      </g>
    </svg>
  );
}

function Guest({ x, y, r, tint }: { x: number; y: number; r: number; tint: string }): ReactElement {
  return (
    <g className="picture-guest" data-tint={tint} transform={`translate(${x} ${y})`}>
      <circle r={r} />
      <path d={`M${-r * 0.48} ${r * 0.46}a${r * 0.48} ${r * 0.42} 0 0 1 ${r * 0.96} 0z`} />
      <circle className="picture-head" cy={-r * 0.2} r={r * 0.28} />
    </g>
  );
}
