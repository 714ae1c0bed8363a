/** Reads an Ethernet address, "2:0:5e:10:0:1": six octets in lower case, two digits each. Null when it is none. */
export const parseMac = (text: string): string | null =>
  /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text) ? text.split(':').map((octet) => octet.toLowerCase().padStart(2, '0')).join(':') : null
