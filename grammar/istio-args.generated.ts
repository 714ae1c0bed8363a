// Generated automatically by nearley, version unknown
// http://github.com/Hardmath123/nearley
// Bypasses TS6133. Allow declared but unused functions.
// @ts-ignore
function id(d: any[]): any { return d[0]; }
declare var bare: any;
declare var single: any;
declare var double: any;
declare var escaped: any;
declare var space: any;
declare var newline: any;
declare var operator: any;
declare var comma: any;
declare var string: any;
declare var quoted: any;
declare var literal: any;
declare var lbracket: any;
declare var rbracket: any;
declare var lbrace: any;
declare var rbrace: any;
declare var colon: any;

import { istioArgsLexer as lexer } from './istioArgsLexer.ts'

interface NearleyToken {
  value: any;
  [key: string]: any;
};

interface NearleyLexer {
  reset: (chunk: string, info: any) => void;
  next: () => NearleyToken | undefined;
  save: () => any;
  formatError: (token: never) => string;
  has: (tokenType: string) => boolean;
};

interface NearleyRule {
  name: string;
  symbols: NearleySymbol[];
  postprocess?: (d: any[], loc?: number, reject?: {}) => any;
};

type NearleySymbol = string | { literal: any } | { test: (token: any) => boolean };

interface Grammar {
  Lexer: NearleyLexer | undefined;
  ParserRules: NearleyRule[];
  ParserStart: string;
};

const grammar: Grammar = {
  Lexer: lexer,
  ParserRules: [
    {"name": "shell$ebnf$1", "symbols": []},
    {"name": "shell$ebnf$1", "symbols": ["shell$ebnf$1", "gap"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "shell", "symbols": ["shell$ebnf$1"], "postprocess": () => []},
    {"name": "shell$ebnf$2", "symbols": []},
    {"name": "shell$ebnf$2", "symbols": ["shell$ebnf$2", "gap"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "shell", "symbols": ["phrase", "shell$ebnf$2"], "postprocess": ([words]) => words},
    {"name": "phrase$ebnf$1", "symbols": []},
    {"name": "phrase$ebnf$1", "symbols": ["phrase$ebnf$1", "gap"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "phrase", "symbols": ["phrase$ebnf$1", "word"], "postprocess": ([gaps, word]) => [...gaps, word]},
    {"name": "phrase$ebnf$2", "symbols": ["gap"]},
    {"name": "phrase$ebnf$2", "symbols": ["phrase$ebnf$2", "gap"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "phrase", "symbols": ["phrase", "phrase$ebnf$2", "word"], "postprocess": ([words, gaps, word]) => [...words, ...gaps, word]},
    {"name": "word$ebnf$1$subexpression$1", "symbols": [(lexer.has("bare") ? {type: "bare"} : bare)]},
    {"name": "word$ebnf$1$subexpression$1", "symbols": [(lexer.has("single") ? {type: "single"} : single)]},
    {"name": "word$ebnf$1$subexpression$1", "symbols": [(lexer.has("double") ? {type: "double"} : double)]},
    {"name": "word$ebnf$1$subexpression$1", "symbols": [(lexer.has("escaped") ? {type: "escaped"} : escaped)]},
    {"name": "word$ebnf$1", "symbols": ["word$ebnf$1$subexpression$1"]},
    {"name": "word$ebnf$1$subexpression$2", "symbols": [(lexer.has("bare") ? {type: "bare"} : bare)]},
    {"name": "word$ebnf$1$subexpression$2", "symbols": [(lexer.has("single") ? {type: "single"} : single)]},
    {"name": "word$ebnf$1$subexpression$2", "symbols": [(lexer.has("double") ? {type: "double"} : double)]},
    {"name": "word$ebnf$1$subexpression$2", "symbols": [(lexer.has("escaped") ? {type: "escaped"} : escaped)]},
    {"name": "word$ebnf$1", "symbols": ["word$ebnf$1", "word$ebnf$1$subexpression$2"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "word", "symbols": ["word$ebnf$1"], "postprocess": ([pieces]) => ({ kind: 'word', pieces: pieces.flat() })},
    {"name": "gap$subexpression$1", "symbols": [(lexer.has("space") ? {type: "space"} : space)]},
    {"name": "gap$subexpression$1", "symbols": [(lexer.has("newline") ? {type: "newline"} : newline)]},
    {"name": "gap$subexpression$1", "symbols": [(lexer.has("operator") ? {type: "operator"} : operator)]},
    {"name": "gap", "symbols": ["gap$subexpression$1"], "postprocess": ([[token]]) => ({ kind: 'gap', token })},
    {"name": "json$ebnf$1$subexpression$1$ebnf$1", "symbols": [(lexer.has("comma") ? {type: "comma"} : comma)], "postprocess": id},
    {"name": "json$ebnf$1$subexpression$1$ebnf$1", "symbols": [], "postprocess": () => null},
    {"name": "json$ebnf$1$subexpression$1", "symbols": ["value", "json$ebnf$1$subexpression$1$ebnf$1"]},
    {"name": "json$ebnf$1", "symbols": ["json$ebnf$1$subexpression$1"]},
    {"name": "json$ebnf$1$subexpression$2$ebnf$1", "symbols": [(lexer.has("comma") ? {type: "comma"} : comma)], "postprocess": id},
    {"name": "json$ebnf$1$subexpression$2$ebnf$1", "symbols": [], "postprocess": () => null},
    {"name": "json$ebnf$1$subexpression$2", "symbols": ["value", "json$ebnf$1$subexpression$2$ebnf$1"]},
    {"name": "json$ebnf$1", "symbols": ["json$ebnf$1", "json$ebnf$1$subexpression$2"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "json", "symbols": ["json$ebnf$1"], "postprocess": ([entries]) => entries.map(([value]: unknown[]) => value)},
    {"name": "value$subexpression$1", "symbols": [(lexer.has("string") ? {type: "string"} : string)]},
    {"name": "value$subexpression$1", "symbols": [(lexer.has("quoted") ? {type: "quoted"} : quoted)]},
    {"name": "value$subexpression$1", "symbols": [(lexer.has("literal") ? {type: "literal"} : literal)]},
    {"name": "value", "symbols": ["value$subexpression$1"], "postprocess": ([[token]]) => ({ kind: 'scalar', token })},
    {"name": "value$ebnf$1", "symbols": ["elements"], "postprocess": id},
    {"name": "value$ebnf$1", "symbols": [], "postprocess": () => null},
    {"name": "value$ebnf$2", "symbols": [(lexer.has("comma") ? {type: "comma"} : comma)], "postprocess": id},
    {"name": "value$ebnf$2", "symbols": [], "postprocess": () => null},
    {"name": "value", "symbols": [(lexer.has("lbracket") ? {type: "lbracket"} : lbracket), "value$ebnf$1", "value$ebnf$2", (lexer.has("rbracket") ? {type: "rbracket"} : rbracket)], "postprocess": ([token, elements]) => ({ kind: 'list', token, items: elements ?? [] })},
    {"name": "value$ebnf$3", "symbols": ["members"], "postprocess": id},
    {"name": "value$ebnf$3", "symbols": [], "postprocess": () => null},
    {"name": "value$ebnf$4", "symbols": [(lexer.has("comma") ? {type: "comma"} : comma)], "postprocess": id},
    {"name": "value$ebnf$4", "symbols": [], "postprocess": () => null},
    {"name": "value", "symbols": [(lexer.has("lbrace") ? {type: "lbrace"} : lbrace), "value$ebnf$3", "value$ebnf$4", (lexer.has("rbrace") ? {type: "rbrace"} : rbrace)], "postprocess": ([token, members]) => ({ kind: 'object', token, members: members ?? [] })},
    {"name": "elements", "symbols": ["value"], "postprocess": ([value]) => [value]},
    {"name": "elements", "symbols": ["elements", (lexer.has("comma") ? {type: "comma"} : comma), "value"], "postprocess": ([values, , value]) => [...values, value]},
    {"name": "members", "symbols": ["member"], "postprocess": ([member]) => [member]},
    {"name": "members", "symbols": ["members", (lexer.has("comma") ? {type: "comma"} : comma), "member"], "postprocess": ([members, , member]) => [...members, member]},
    {"name": "member$subexpression$1", "symbols": [(lexer.has("string") ? {type: "string"} : string)]},
    {"name": "member$subexpression$1", "symbols": [(lexer.has("quoted") ? {type: "quoted"} : quoted)]},
    {"name": "member", "symbols": ["member$subexpression$1", (lexer.has("colon") ? {type: "colon"} : colon), "value"], "postprocess": ([[name], , value]) => ({ name, value })}
  ],
  ParserStart: "shell",
};

export default grammar;
