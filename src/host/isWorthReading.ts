/** Beyond this a text is looked over before it is read line by line. */
const LARGE = 1_000_000

/** What rules have somewhere: a table or chain heading, a rule, or the program's name. */
const RULES = /(?:^|[\s>mK])(?:\*\s?(?:raw|mangle|nat|filter|security)(?:\s|$)|[-\u2010-\u2015\uff0d][AIRDNP]\s+[A-Za-z][\w.-]+(?:\s|$)|Chain\s+\S+\s+\()|ip6?tables/
/** What the large ones among the other sections have: sets, routes, sockets. */
const FACTS = /(?:^|\n)[ \t]*(?:(?:create|add)\s+\S+\s+\S|Members:|\S+\s+(?:via\s+\S+\s+)?dev\s)|\sLISTEN\s/

/** False for a large text in which nothing can be, so that megabytes of something else are refused at once. */
export const isWorthReading = (text: string): boolean => text.length < LARGE || RULES.test(text) || FACTS.test(text)
