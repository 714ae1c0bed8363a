# One line of iptables-save output, of iptables-restore input or of a command list.
# It knows options, not extensions: what a flag means is its extension's business.
@preprocessor typescript
@{%
import { saveLexer as lexer } from './saveLexer.ts'
%}
@lexer lexer

line -> %table                                    {% ([name]) => ({ kind: 'table', name }) %}
      | %declare text text %counters:?            {% ([, name, policy, counters]) => ({ kind: 'chain', name, policy, counters }) %}
      | %commit                                   {% () => ({ kind: 'commit' }) %}
      | %comment                                  {% () => ({ kind: 'comment' }) %}
      | %program:? %counters:? option:+ %comment:? {% ([program, counters, options]) => ({ kind: 'command', program, counters, options }) %}

# `! --dport 80`; of old, `--dport ! 80`.
option -> %flag argument:*                        {% ([flag, args]) => ({ flag, negated: false, args }) %}
        | bang %flag argument:*                   {% ([, flag, args]) => ({ flag, negated: true, args }) %}
        | %flag bang argument:+                   {% ([flag, , args]) => ({ flag, negated: true, args }) %}

bang -> %bang | %quotedBang

argument -> text {% id %} | %equals text {% ([, word]) => word %}

text -> (%word | %quoted | %single | %counters | %table | %commit | %declare | %program) {% ([[word]]) => word %}
