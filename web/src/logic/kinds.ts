/** What a section of the page is about. */
export interface Kind {
  name: string
  title: string
  /** One sentence for those who meet it for the first time; may be empty. */
  text: string
}

const known: Record<string, Omit<Kind, 'name'>> = {
  system: {
    title: 'System overview',
    text: 'The machine as a whole: how busy it is, what it holds in memory, and what goes in and out.',
  },
  cpu: {
    title: 'CPUs',
    text: 'Each processor by itself: one that is always full is a bottleneck that the average hides.',
  },
  mem: {
    title: 'Memory',
    text: 'How the kernel uses memory beyond the overview, and how often it has to work for a page.',
  },
  disk: {
    title: 'Disks',
    text: 'Block devices: how much they move, how often they are asked, and how long an answer takes.',
  },
  mount: {
    title: 'Mount points',
    text: 'File systems and what is left on them, in bytes and in files.',
  },
  ip: {
    title: 'Networking stack',
    text: 'Traffic and faults that the kernel counts for all of IP, whatever the version.',
  },
  ipv4: {
    title: 'IPv4',
    text: 'Sockets, packets and errors of IPv4, with TCP and UDP on top of it.',
  },
  ipv6: {
    title: 'IPv6',
    text: 'Sockets, packets and errors of IPv6, with TCP and UDP on top of it.',
  },
  net: {
    title: 'Network interfaces',
    text: 'Each interface: traffic, packets, and what was dropped or damaged on the way.',
  },
  netfilter: {
    title: 'Netfilter',
    text: 'Connections that the firewall of the kernel keeps track of.',
  },
  tributary: {
    title: 'Tributary',
    text: 'The node itself: what it costs this machine, and whether all that it takes in gets to where it should.',
  },
}

const ofMountPoints = new Set(['disk_space', 'disk_inodes'])
/** Chart types such as `net_packets` belong to one section. */
const families = ['disk', 'net']

function nameOf(type: string): string {
  if (ofMountPoints.has(type)) return 'mount'
  return families.find((one) => type.startsWith(`${one}_`)) ?? type
}

/** The section that charts of this type stand in. */
export function kindOf(type: string): Kind {
  const name = nameOf(type)
  const words = name.replaceAll('_', ' ')
  const title = words.charAt(0).toUpperCase() + words.slice(1)
  return { name, title, text: '', ...known[name] }
}
