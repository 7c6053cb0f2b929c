/** The same where nobody can be woken without blocking a thread. */
import '../without-wait-async.js';
import './shutdown.js';
