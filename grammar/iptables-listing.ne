# One line of `iptables -L`, with -v, -n, -x and --line-numbers in any combination.
# Which columns a rule has is told by the header above it, so each kind of header has a start symbol.
@preprocessor typescript
@{%
import { listingLexer as lexer } from './listingLexer.ts'
const rule = (number: any, packets: any, bytes: any, tail: any) => ({ kind: 'rule', number, packets, bytes, ...tail })
%}
@lexer lexer

chain -> %chain text %policy %policed                                       {% ([, name, , policy]) => ({ kind: 'chain', name, policy, packets: null, bytes: null, references: null }) %}
       | %chain text %policy text %count %unit %count %unit                 {% ([, name, , policy, packets, , bytes]) => ({ kind: 'chain', name, policy, packets, bytes, references: null }) %}
       | %chain text %open %count %references                               {% ([, name, , references]) => ({ kind: 'chain', name, policy: null, packets: null, bytes: null, references }) %}

plain           -> short                      {% ([tail]) => rule(null, null, null, tail) %}
numbered        -> %count short               {% ([number, tail]) => rule(number, null, null, tail) %}
counted         -> %count %count long         {% ([packets, bytes, tail]) => rule(null, packets, bytes, tail) %}
countedNumbered -> %count %count %count long  {% ([number, packets, bytes, tail]) => rule(number, packets, bytes, tail) %}

# iptables <= 1.8.8 leaves the opt column of IPv6 blank. An interface may be named like an opt cell ("--").
short -> target text %opt text text any:*           {% ([target, protocol, opt, source, destination, rest]) => ({ target, protocol, opt, in: null, out: null, source, destination, rest }) %}
shortNoOpt -> target text text text any:*           {% ([target, protocol, source, destination, rest]) => ({ target, protocol, opt: null, in: null, out: null, source, destination, rest }) %}
long  -> target text %opt any any text text any:* {% ([target, protocol, opt, input, out, source, destination, rest]) => ({ target, protocol, opt, in: input, out, source, destination, rest }) %}
longNoOpt -> target text any any text text any:*  {% ([target, protocol, input, out, source, destination, rest]) => ({ target, protocol, opt: null, in: input, out, source, destination, rest }) %}

plainNoOpt           -> shortNoOpt                      {% ([tail]) => rule(null, null, null, tail) %}
numberedNoOpt        -> %count shortNoOpt               {% ([number, tail]) => rule(number, null, null, tail) %}
countedNoOpt         -> %count %count longNoOpt         {% ([packets, bytes, tail]) => rule(null, packets, bytes, tail) %}
countedNumberedNoOpt -> %count %count %count longNoOpt  {% ([number, packets, bytes, tail]) => rule(number, packets, bytes, tail) %}

target -> %blank {% () => null %} | text {% id %}
text -> (%word | %count | %chain | %policy | %unit | %close | %references | %open | %policed) {% ([[word]]) => word %}
any -> text {% id %} | %opt {% id %}
