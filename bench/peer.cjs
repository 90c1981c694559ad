// Node's own socket.io as its documentation has it: rooms, and no more. Prints its port, then serves until it is ended.

const { createServer } = require('node:http');
const { Server } = require('socket.io');

const server = createServer();
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, cors: { origin: '*' } });

io.of('/live').on('connection', (socket) => {
  const { room } = socket.handshake.auth;
  socket.join(room);
  socket.on('view', (view) => socket.to(room).emit('view', view));
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
