console.log('no areas yet')
