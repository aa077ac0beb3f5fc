// Starts telegram-test-api on 127.0.0.1 at the port given, says "ready", and ends when its standard input closes.
'use strict';

const TelegramServer = require('telegram-test-api');

const server = new TelegramServer({ host: '127.0.0.1', port: Number(process.argv[2]) });
server.start().then(() => process.stdout.write('ready\n'));
process.stdin.on('end', () => process.exit(0)).resume();
