/** Whether a Topic Filter matches a Topic Name (section 4.7). */
export function matches(topicFilter: string, topic: string): boolean {
  // Wildcards do not reach the topics of the server (MQTT-4.7.2-1).
  if (topic.startsWith('$') && !topicFilter.startsWith('$')) return false;
  const wanted = topicFilter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
