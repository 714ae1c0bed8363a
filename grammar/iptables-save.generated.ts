// Generated automatically by nearley, version unknown
// http://github.com/Hardmath123/nearley
// Bypasses TS6133. Allow declared but unused functions.
// @ts-ignore
function id(d: any[]): any { return d[0]; }
declare var table: any;
declare var declare: any;
declare var counters: any;
declare var commit: any;
declare var comment: any;
declare var program: any;
declare var flag: any;
declare var bang: any;
declare var quotedBang: any;
declare var equals: any;
declare var word: any;
declare var quoted: any;
declare var single: any;

import { saveLexer as lexer } from './saveLexer.ts'

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
    {"name": "line", "symbols": [(lexer.has("table") ? {type: "table"} : table)], "postprocess": ([name]) => ({ kind: 'table', name })},
    {"name": "line$ebnf$1", "symbols": [(lexer.has("counters") ? {type: "counters"} : counters)], "postprocess": id},
    {"name": "line$ebnf$1", "symbols": [], "postprocess": () => null},
    {"name": "line", "symbols": [(lexer.has("declare") ? {type: "declare"} : declare), "text", "text", "line$ebnf$1"], "postprocess": ([, name, policy, counters]) => ({ kind: 'chain', name, policy, counters })},
    {"name": "line", "symbols": [(lexer.has("commit") ? {type: "commit"} : commit)], "postprocess": () => ({ kind: 'commit' })},
    {"name": "line", "symbols": [(lexer.has("comment") ? {type: "comment"} : comment)], "postprocess": () => ({ kind: 'comment' })},
    {"name": "line$ebnf$2", "symbols": [(lexer.has("program") ? {type: "program"} : program)], "postprocess": id},
    {"name": "line$ebnf$2", "symbols": [], "postprocess": () => null},
    {"name": "line$ebnf$3", "symbols": [(lexer.has("counters") ? {type: "counters"} : counters)], "postprocess": id},
    {"name": "line$ebnf$3", "symbols": [], "postprocess": () => null},
    {"name": "line$ebnf$4", "symbols": ["option"]},
    {"name": "line$ebnf$4", "symbols": ["line$ebnf$4", "option"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "line$ebnf$5", "symbols": [(lexer.has("comment") ? {type: "comment"} : comment)], "postprocess": id},
    {"name": "line$ebnf$5", "symbols": [], "postprocess": () => null},
    {"name": "line", "symbols": ["line$ebnf$2", "line$ebnf$3", "line$ebnf$4", "line$ebnf$5"], "postprocess": ([program, counters, options]) => ({ kind: 'command', program, counters, options })},
    {"name": "option$ebnf$1", "symbols": []},
    {"name": "option$ebnf$1", "symbols": ["option$ebnf$1", "argument"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "option", "symbols": [(lexer.has("flag") ? {type: "flag"} : flag), "option$ebnf$1"], "postprocess": ([flag, args]) => ({ flag, negated: false, args })},
    {"name": "option$ebnf$2", "symbols": []},
    {"name": "option$ebnf$2", "symbols": ["option$ebnf$2", "argument"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "option", "symbols": ["bang", (lexer.has("flag") ? {type: "flag"} : flag), "option$ebnf$2"], "postprocess": ([, flag, args]) => ({ flag, negated: true, args })},
    {"name": "option$ebnf$3", "symbols": ["argument"]},
    {"name": "option$ebnf$3", "symbols": ["option$ebnf$3", "argument"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "option", "symbols": [(lexer.has("flag") ? {type: "flag"} : flag), "bang", "option$ebnf$3"], "postprocess": ([flag, , args]) => ({ flag, negated: true, args })},
    {"name": "bang", "symbols": [(lexer.has("bang") ? {type: "bang"} : bang)]},
    {"name": "bang", "symbols": [(lexer.has("quotedBang") ? {type: "quotedBang"} : quotedBang)]},
    {"name": "argument", "symbols": ["text"], "postprocess": id},
    {"name": "argument", "symbols": [(lexer.has("equals") ? {type: "equals"} : equals), "text"], "postprocess": ([, word]) => word},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("word") ? {type: "word"} : word)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("quoted") ? {type: "quoted"} : quoted)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("single") ? {type: "single"} : single)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("counters") ? {type: "counters"} : counters)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("table") ? {type: "table"} : table)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("commit") ? {type: "commit"} : commit)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("declare") ? {type: "declare"} : declare)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("program") ? {type: "program"} : program)]},
    {"name": "text", "symbols": ["text$subexpression$1"], "postprocess": ([[word]]) => word}
  ],
  ParserStart: "line",
};

export default grammar;
