/** The one HTML page of a compiled program. No inline script or style: it runs under a strict content security policy. */
export function page(app) {
  const title = String(app.window?.navigationBarTitleText || 'Mini program').replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="runtime.css">
</head>
<body>
<script src="runtime.js"></script>
<script src="program.js"></script>
</body>
</html>
`
}
