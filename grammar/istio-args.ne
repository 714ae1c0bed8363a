# Arguments of istio-iptables as people have them: `shell` reads words of a command line,
# `json` reads the args of a pod spec: values one after another, with or without commas between them.
@preprocessor typescript
@{%
import { istioArgsLexer as lexer } from './istioArgsLexer.ts'
%}
@lexer lexer

shell  -> gap:*                                   {% () => [] %}
        | phrase gap:*                            {% ([words]) => words %}
phrase -> gap:* word                              {% ([gaps, word]) => [...gaps, word] %}
        | phrase gap:+ word                       {% ([words, gaps, word]) => [...words, ...gaps, word] %}
# -b'' is one word of two pieces.
word   -> (%bare | %single | %double | %escaped):+ {% ([pieces]) => ({ kind: 'word', pieces: pieces.flat() }) %}
gap    -> (%space | %newline | %operator)         {% ([[token]]) => ({ kind: 'gap', token }) %}

json     -> (value %comma:?):+                    {% ([entries]) => entries.map(([value]: unknown[]) => value) %}
value    -> (%string | %quoted | %literal)        {% ([[token]]) => ({ kind: 'scalar', token }) %}
          | %lbracket elements:? %comma:? %rbracket {% ([token, elements]) => ({ kind: 'list', token, items: elements ?? [] }) %}
          | %lbrace members:? %comma:? %rbrace    {% ([token, members]) => ({ kind: 'object', token, members: members ?? [] }) %}
elements -> value                                 {% ([value]) => [value] %}
          | elements %comma value                 {% ([values, , value]) => [...values, value] %}
members  -> member                                {% ([member]) => [member] %}
          | members %comma member                 {% ([members, , member]) => [...members, member] %}
member   -> (%string | %quoted) %colon value      {% ([[name], , value]) => ({ name, value }) %}
