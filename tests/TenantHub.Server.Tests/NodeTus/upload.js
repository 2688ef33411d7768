// Uploads a file as a program would: node upload.js <hub> <key> <account> <project> <folder> <file> <store> [stop after so many bytes]
const fs = require('node:fs')
const tus = require('tus-js-client')
const [, , hub, key, account, project, folder, file, store, stopAfter] = process.argv

const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint: hub + 'files/uploads',
  headers: { Authorization: 'Bearer ' + key, 'x-account-id': account },
  metadata: { filename: 'from tus.bin', filetype: 'application/octet-stream', project_id: project, folder_id: folder },
  uploadSize: fs.statSync(file).size,
  urlStorage: new tus.FileUrlStorage(store),
  fingerprint: async () => 'one-file',
  retryDelays: [200, 500, 1000, 2000],
  onError: (error) => { console.error(String(error)); process.exit(1) },
  onSuccess: () => { console.log(upload.url); process.exit(0) },
  onChunkComplete: (size, accepted) => console.error('chunk', size, accepted),
  onProgress: (sent) => { if (stopAfter && sent >= Number(stopAfter)) process.exit(3) },
})

upload.findPreviousUploads().then((previous) => {
  if (previous.length > 0) upload.resumeFromPreviousUpload(previous[0])
  console.error('previous', previous.length)
  upload.start()
})
