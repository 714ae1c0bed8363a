// Generated automatically by nearley, version unknown
// http://github.com/Hardmath123/nearley
// Bypasses TS6133. Allow declared but unused functions.
// @ts-ignore
function id(d: any[]): any { return d[0]; }
declare var chain: any;
declare var policy: any;
declare var policed: any;
declare var count: any;
declare var unit: any;
declare var open: any;
declare var references: any;
declare var opt: any;
declare var blank: any;
declare var word: any;
declare var close: any;

import { listingLexer as lexer } from './listingLexer.ts'
const rule = (number: any, packets: any, bytes: any, tail: any) => ({ kind: 'rule', number, packets, bytes, ...tail })

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
    {"name": "chain", "symbols": [(lexer.has("chain") ? {type: "chain"} : chain), "text", (lexer.has("policy") ? {type: "policy"} : policy), (lexer.has("policed") ? {type: "policed"} : policed)], "postprocess": ([, name, , policy]) => ({ kind: 'chain', name, policy, packets: null, bytes: null, references: null })},
    {"name": "chain", "symbols": [(lexer.has("chain") ? {type: "chain"} : chain), "text", (lexer.has("policy") ? {type: "policy"} : policy), "text", (lexer.has("count") ? {type: "count"} : count), (lexer.has("unit") ? {type: "unit"} : unit), (lexer.has("count") ? {type: "count"} : count), (lexer.has("unit") ? {type: "unit"} : unit)], "postprocess": ([, name, , policy, packets, , bytes]) => ({ kind: 'chain', name, policy, packets, bytes, references: null })},
    {"name": "chain", "symbols": [(lexer.has("chain") ? {type: "chain"} : chain), "text", (lexer.has("open") ? {type: "open"} : open), (lexer.has("count") ? {type: "count"} : count), (lexer.has("references") ? {type: "references"} : references)], "postprocess": ([, name, , references]) => ({ kind: 'chain', name, policy: null, packets: null, bytes: null, references })},
    {"name": "plain", "symbols": ["short"], "postprocess": ([tail]) => rule(null, null, null, tail)},
    {"name": "numbered", "symbols": [(lexer.has("count") ? {type: "count"} : count), "short"], "postprocess": ([number, tail]) => rule(number, null, null, tail)},
    {"name": "counted", "symbols": [(lexer.has("count") ? {type: "count"} : count), (lexer.has("count") ? {type: "count"} : count), "long"], "postprocess": ([packets, bytes, tail]) => rule(null, packets, bytes, tail)},
    {"name": "countedNumbered", "symbols": [(lexer.has("count") ? {type: "count"} : count), (lexer.has("count") ? {type: "count"} : count), (lexer.has("count") ? {type: "count"} : count), "long"], "postprocess": ([number, packets, bytes, tail]) => rule(number, packets, bytes, tail)},
    {"name": "short$ebnf$1", "symbols": []},
    {"name": "short$ebnf$1", "symbols": ["short$ebnf$1", "any"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "short", "symbols": ["target", "text", (lexer.has("opt") ? {type: "opt"} : opt), "text", "text", "short$ebnf$1"], "postprocess": ([target, protocol, opt, source, destination, rest]) => ({ target, protocol, opt, in: null, out: null, source, destination, rest })},
    {"name": "shortNoOpt$ebnf$1", "symbols": []},
    {"name": "shortNoOpt$ebnf$1", "symbols": ["shortNoOpt$ebnf$1", "any"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "shortNoOpt", "symbols": ["target", "text", "text", "text", "shortNoOpt$ebnf$1"], "postprocess": ([target, protocol, source, destination, rest]) => ({ target, protocol, opt: null, in: null, out: null, source, destination, rest })},
    {"name": "long$ebnf$1", "symbols": []},
    {"name": "long$ebnf$1", "symbols": ["long$ebnf$1", "any"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "long", "symbols": ["target", "text", (lexer.has("opt") ? {type: "opt"} : opt), "any", "any", "text", "text", "long$ebnf$1"], "postprocess": ([target, protocol, opt, input, out, source, destination, rest]) => ({ target, protocol, opt, in: input, out, source, destination, rest })},
    {"name": "longNoOpt$ebnf$1", "symbols": []},
    {"name": "longNoOpt$ebnf$1", "symbols": ["longNoOpt$ebnf$1", "any"], "postprocess": (d) => d[0].concat([d[1]])},
    {"name": "longNoOpt", "symbols": ["target", "text", "any", "any", "text", "text", "longNoOpt$ebnf$1"], "postprocess": ([target, protocol, input, out, source, destination, rest]) => ({ target, protocol, opt: null, in: input, out, source, destination, rest })},
    {"name": "plainNoOpt", "symbols": ["shortNoOpt"], "postprocess": ([tail]) => rule(null, null, null, tail)},
    {"name": "numberedNoOpt", "symbols": [(lexer.has("count") ? {type: "count"} : count), "shortNoOpt"], "postprocess": ([number, tail]) => rule(number, null, null, tail)},
    {"name": "countedNoOpt", "symbols": [(lexer.has("count") ? {type: "count"} : count), (lexer.has("count") ? {type: "count"} : count), "longNoOpt"], "postprocess": ([packets, bytes, tail]) => rule(null, packets, bytes, tail)},
    {"name": "countedNumberedNoOpt", "symbols": [(lexer.has("count") ? {type: "count"} : count), (lexer.has("count") ? {type: "count"} : count), (lexer.has("count") ? {type: "count"} : count), "longNoOpt"], "postprocess": ([number, packets, bytes, tail]) => rule(number, packets, bytes, tail)},
    {"name": "target", "symbols": [(lexer.has("blank") ? {type: "blank"} : blank)], "postprocess": () => null},
    {"name": "target", "symbols": ["text"], "postprocess": id},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("word") ? {type: "word"} : word)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("count") ? {type: "count"} : count)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("chain") ? {type: "chain"} : chain)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("policy") ? {type: "policy"} : policy)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("unit") ? {type: "unit"} : unit)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("close") ? {type: "close"} : close)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("references") ? {type: "references"} : references)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("open") ? {type: "open"} : open)]},
    {"name": "text$subexpression$1", "symbols": [(lexer.has("policed") ? {type: "policed"} : policed)]},
    {"name": "text", "symbols": ["text$subexpression$1"], "postprocess": ([[word]]) => word},
    {"name": "any", "symbols": ["text"], "postprocess": id},
    {"name": "any", "symbols": [(lexer.has("opt") ? {type: "opt"} : opt)], "postprocess": id}
  ],
  ParserStart: "chain",
};

export default grammar;
