module.exports = { apiBase: '', store: 'sample' }
